// The list of conversations: open, rename, delete, export.

import { $, actions, button, call, download, element, enter, onEnter, page, say, toast } from './base.js';
import * as store from './store.js';
import { begin, current, recall } from './asking.js';
import { change } from './shelves.js';

const KINDS = { markdown: ['md', 'text/markdown'], html: ['html', 'text/html'], json: ['json', 'application/json'] };

export async function show() {
  const box = $('#fn-conversations');
  let all = [];
  try {
    all = await store.list();
  } catch {
    box.replaceChildren(element('p', { className: 'fn-hint', textContent: say('conversations.unkept') }));
    return;
  }
  if (!all.length) {
    box.replaceChildren(element('p', { className: 'fn-hint', textContent: say('conversations.none') }));
    return;
  }
  box.replaceChildren(element('ul', { className: 'fn-talks' }, ...all.map(row)));
}

function row(about) {
  const item = element('li', { className: about.id === current() ? 'fn-current' : '' });
  const title = button('recall', about.title, { className: 'fn-cite' });
  const count = about.count === 1 ? say('conversations.count.one') : say('conversations.count', { count: about.count });
  const when = new Date(about.when).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const forms = Object.keys(KINDS).map((form) => {
    const made = button('export', say(`conversations.export.${form}`), { className: 'fn-quiet' });
    made.onclick = () => save(about, form);
    return made;
  });
  const rename = button('rename', say('conversations.rename'), { className: 'fn-quiet' });
  const drop = button('delete', say('conversations.delete'), { className: 'fn-quiet' });
  title.onclick = () => reopen(about);
  rename.onclick = () => naming(item, about);
  drop.onclick = () => forget(about);
  item.append(title, element('p', { className: 'fn-meta', textContent: `${when} · ${count}` }),
    element('div', { className: 'fn-copies' }, rename, drop,
      element('span', { textContent: say('conversations.export') }), ...forms));
  return item;
}

async function reopen(about) {
  if (about.library !== page.library && !(await change(about.library))) return;
  await recall(about.id);
  enter('ask');
}

function naming(item, about) {
  const field = element('input', { value: about.title, ariaLabel: say('conversations.rename.label') });
  const form = element('form', { className: 'fn-row' }, field,
    element('button', { className: 'fn-button', textContent: say('conversations.rename.button') }));
  form.onsubmit = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    await store.rename(about, field.value.trim() || about.title);
    show();
  };
  field.onkeydown = (event) => { if (event.key === 'Escape') show(); };
  item.replaceChildren(form);
  field.focus();
  field.select();
}

async function forget(about) {
  const records = await store.records(about.id);
  await store.remove(about.id);
  if (about.id === current()) { begin(); enter('conversations'); }
  show();
  const run = async () => { await store.save(about, records); show(); };
  toast(say('conversations.deleted', { title: about.title }), { name: say('conversations.undo'), run });
}

async function save(about, form) {
  const told = await call('export', { records: await store.records(about.id), title: about.title, form });
  if (told.error) { toast(told.error); return; }
  const name = about.title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60);
  const text = form === 'json' ? JSON.stringify(told.file, null, 2) : told.file;
  download(`${name || 'conversation'}.${KINDS[form][0]}`, KINDS[form][1], text);
}

onEnter('conversations', show);
