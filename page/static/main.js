// The page comes to life: words, server, and what each click does.

import { $, actions, call, element, enter, fragment, mark, page } from './base.js';
import { ask, here, recall, whenReady } from './asking.js';
import { nothingOpened, open, openAddress } from './reading.js';
import * as shelves from './shelves.js';
import * as keys from './keys.js';
import './talks.js';

let alive = false;

// Called by Gradio when the page's head is there; its other parts may come a little later.
export async function live(given) {
  if (alive) return;
  alive = true;
  Object.assign(page, given);
  while (!$('#fn-turns') || !$('#fn-document') || !$('#fn-list') || !$('#fn-scope') || !$('#question textarea')) {
    await new Promise(requestAnimationFrame);
  }
  Object.assign(document.body.dataset, { left: 'ask', right: 'read', side: 'left' });
  mark();
  document.addEventListener('click', clicked);
  document.addEventListener('submit', submitted);
  addEventListener('resize', mark);
  keys.listen();
  shelves.listen();
  window.footnote = { ask };
  page.library = new URLSearchParams(location.search).get('library') ?? '';
  if (openAddress()) enter('read');
  const trouble = await start();
  if (trouble) $('#fn-welcome').replaceChildren(element('p', { className: 'fn-error', textContent: trouble }));
  if (nothingOpened()) open({}, { moved: false }); // an answer may have been quicker
  if (here()) await recall(here());
}

// Show the library that is chosen. Tells what kept it from being shown.
export async function start() {
  const told = await call('begin');
  whenReady();
  if (told.error) return told.error;
  page.library = told.library;
  page.first = told.libraries[0].key;
  shelves.libraries(told.libraries);
  $('#fn-welcome').replaceChildren(fragment(told.welcome));
  if (told.running) shelves.follow();
  return null;
}

function clicked(event) {
  const view = event.target.closest('[data-view]');
  if (view) enter(view.dataset.view);
  const copy = event.target.closest('[data-copy]');
  if (copy) keys.copied(copy, copy.dataset.copy);
  const pressed = event.target.closest('button[data-do]');
  if (pressed) actions[pressed.dataset.do]?.(pressed);
}

function submitted(event) {
  const form = event.target.closest('form[data-do]');
  if (!form) return;
  event.preventDefault();
  actions[form.dataset.do]?.(form);
}
