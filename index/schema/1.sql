-- One library. The database is the truth; the FAISS file beside it is derived from `passage.pooled`.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE document (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    source TEXT NOT NULL, -- the first of its names; all of them are in the table source
    author TEXT,
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    structure TEXT NOT NULL -- JSON: sections, blocks, pages, as spans of text
) STRICT;

CREATE TABLE passage (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: the FAISS file relies on it
    document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    pooled BLOB NOT NULL, -- float32, unit length
    tokens BLOB NOT NULL, -- index/codec.py
    spans BLOB NOT NULL, -- int32 pairs: start and end of each token in text
    sentences BLOB NOT NULL -- int32 pairs: start and end of each sentence in text, headings left out
) STRICT;

CREATE INDEX passage_of_document ON passage (document_id);

CREATE VIRTUAL TABLE passage_text USING fts5 (
    text,
    content = 'passage',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TRIGGER passage_added AFTER INSERT ON passage BEGIN
    INSERT INTO passage_text (rowid, text) VALUES (new.id, new.text);
END;

CREATE TRIGGER passage_removed AFTER DELETE ON passage BEGIN
    INSERT INTO passage_text (passage_text, rowid, text) VALUES ('delete', old.id, old.text);
END;
