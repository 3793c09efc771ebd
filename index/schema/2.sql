-- From the first format to the second: dates, and several sources of one document.

ALTER TABLE document ADD COLUMN date TEXT;

CREATE TABLE source (
    path TEXT PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX source_of_document ON source (document_id);

INSERT INTO source SELECT source, id FROM document;
