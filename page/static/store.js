// Conversations, kept in this browser: what a list shows, and apart from it the answers themselves.

let opening;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('footnote', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('conversations', { keyPath: 'id' });
      request.result.createObjectStore('records', { keyPath: 'id' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function inside(mode, run) {
  const transaction = (await database()).transaction(['conversations', 'records'], mode);
  const result = run(transaction.objectStore('conversations'), transaction.objectStore('records'));
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
  return result.result;
}

// The latest first: {id, title, library, when, count}.
export async function list() {
  const all = await inside('readonly', (conversations) => conversations.getAll());
  return all.sort((a, b) => b.when - a.when);
}

export const conversation = (id) => inside('readonly', (conversations) => conversations.get(id));

// Each record is {asked, found}: a question, and its answer as JSON.
export async function records(id) {
  return (await inside('readonly', (_, kept) => kept.get(id)))?.records ?? [];
}

export function save(about, all) {
  return inside('readwrite', (conversations, kept) => {
    kept.put({ id: about.id, records: all });
    return conversations.put({ ...about, count: all.length });
  });
}

export const rename = (about, title) => inside('readwrite', (conversations) => conversations.put({ ...about, title }));

export function remove(id) {
  return inside('readwrite', (conversations, kept) => {
    kept.delete(id);
    return conversations.delete(id);
  });
}
