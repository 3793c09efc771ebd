// Questions and their answers: asking, editing, correcting what was searched for.

import { $, $$, actions, announce, button, call, element, enter, fragment, page, say, toast } from './base.js';
import * as store from './store.js';
import { open } from './reading.js';
import { chosen } from './shelves.js';

const HERE = 'footnote:conversation'; // of this tab, for when the page is loaded again
let about = null; // the conversation: {id, title, library, when}
let ready = false; // whether a question is answered without waiting for the library

export const whenReady = () => { ready = true; };
export const current = () => about?.id;

const kept = () => $$('#fn-turns > [data-record]');
const record = (turn) => JSON.parse(turn.dataset.record);

// What an answer said, for the questions that follow: its evidence, or what came nearest.
function text({ found }) {
  const shown = found.evidence.length ? found.evidence : found.hits[0]?.evidence ?? [];
  return shown.map((evidence) => evidence.text).join(' ');
}

// Ask, in the place of an earlier turn if there is one. `fresh`: as it stands, whatever came before.
export async function ask(question, budget, { instead = null, fresh = false } = {}) {
  enter('ask');
  const before = fresh ? [] : kept().slice(0, instead && kept().includes(instead) ? kept().indexOf(instead) : undefined);
  const history = before.map(record).map((one) => [one.asked, text(one)]);
  const waiting = pending(question);
  $('#fn-welcome').hidden = true;
  $('.fn-new-line').hidden = false;
  if (instead) instead.replaceWith(waiting); else $('#fn-turns').append(waiting);
  waiting.scrollIntoView({ block: 'start' });
  const documents = chosen.size ? [...chosen.keys()] : null;
  const told = await call('ask', { question, budget, history, documents });
  const turn = told.error ? failed(question, budget, told.error) : fragment(told.html).firstElementChild;
  waiting.replaceWith(turn);
  turn.scrollIntoView({ block: 'start' });
  announce(told.said ?? told.error);
  if (!turn.dataset.record) return;
  await save();
  const place = $('.fn-quote', turn) ?? $('.fn-hit', turn);
  if (place && isLast(turn)) open(placeOf(place), { moved: false });
}

const isLast = (turn) => turn === $('#fn-turns').lastElementChild;

function pending(question) {
  const title = element('div', { className: 'fn-asked' }, element('h3', { textContent: question.slice(0, 300) }));
  const status = element('p', { className: 'fn-status', textContent: say(ready ? 'ask.searching' : 'ask.loading') });
  return element('section', { className: 'fn-turn fn-waiting' }, title, status);
}

function failed(question, budget, error) {
  const turn = pending(question);
  turn.classList.remove('fn-waiting');
  const again = button('again', say('ask.again'), { className: 'fn-button' });
  again.onclick = () => ask(question, budget, { instead: turn });
  turn.lastElementChild.replaceWith(element('p', { className: 'fn-error', textContent: error }), again);
  return turn;
}

// Where a quote or a passage stands, with what else its turn found in the same document.
export function placeOf(within) {
  const turn = within.closest('.fn-turn');
  const at = JSON.parse(within.closest('[data-place]').dataset.place); // of a quote or of a passage
  const spans = (selector) => $$(selector, turn)
    .map((other) => JSON.parse(other.dataset.place))
    .filter((other) => other.document === at.document)
    .map((other) => [other.start, other.end]);
  return { ...at, marks: spans('.fn-quote'), others: spans('.fn-hit') };
}

const budget = () => Number($('#budget input:checked')?.value) || null;

// A field in the place of a question, or of what was searched for.
function edit(where, words, run) {
  const field = element('textarea', { value: words, rows: 2, ariaLabel: say('ask.label') });
  const form = element('form', { className: 'fn-editing' }, field,
    element('div', { className: 'fn-row' },
      element('button', { className: 'fn-button', textContent: say('ask.button') }),
      button('leave-edit', say('ask.edit.cancel'), { className: 'fn-quiet' })));
  const leave = () => { form.replaceWith(where); $('button', where)?.focus(); };
  $('[data-do]', form).onclick = (event) => { event.stopPropagation(); leave(); };
  field.onkeydown = (event) => {
    if (event.key === 'Escape') { event.stopPropagation(); leave(); }
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  };
  form.onsubmit = (event) => { event.preventDefault(); event.stopPropagation(); run(field.value); };
  where.replaceWith(form);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

actions.edit = (pressed) => {
  const turn = pressed.closest('.fn-turn');
  const words = turn.dataset.record ? record(turn).asked : $('h3', turn).textContent;
  edit(pressed.closest('.fn-asked'), words, (question) => ask(question, budget(), { instead: turn }));
};
actions.correct = (pressed) => {
  const turn = pressed.closest('.fn-turn');
  const line = pressed.closest('.fn-searched');
  edit(line, line.dataset.searched, (question) => ask(question, budget(), { instead: turn, fresh: true }));
};
actions.example = (pressed) => ask(pressed.textContent, budget());
actions.open = (pressed) => { enter('read'); open(placeOf(pressed)); };
actions.new = () => { begin(); $('#question textarea').focus(); };
actions['all-documents'] = () => { chosen.clear(); };

async function save() {
  const records = kept().map(record);
  about ??= { id: crypto.randomUUID?.() ?? String(Math.random()).slice(2), title: records[0].asked, library: page.library };
  about.when = Date.now();
  try {
    const named = await store.conversation(about.id);
    about.title = named?.title ?? about.title;
    await store.save(about, records);
    sessionStorage.setItem(HERE, about.id);
  } catch {
    toast(say('conversations.unkept'));
  }
}

// An empty conversation.
export function begin() {
  about = null;
  sessionStorage.removeItem(HERE);
  $('#fn-turns').replaceChildren();
  $('#fn-welcome').hidden = false;
  $('.fn-new-line').hidden = true;
  enter('ask');
}

// The conversation that this tab had, when the page is loaded again.
export const here = () => sessionStorage.getItem(HERE);

// Draw a conversation that was kept.
export async function recall(id) {
  const found = await store.conversation(id);
  if (!found) return;
  const told = await call('draw', { records: await store.records(id) });
  if (told.error) { toast(told.error); return; }
  begin();
  about = found;
  sessionStorage.setItem(HERE, id);
  $('#fn-turns').append(fragment(told.html));
  $('#fn-welcome').hidden = true;
  $('.fn-new-line').hidden = false;
  $('#fn-turns').lastElementChild?.scrollIntoView({ block: 'start' });
}
