// The keyboard: one letter for each habit, none while a field is being filled in.

import { $, $$, actions, announce, copy, enter, say, toast } from './base.js';
import { addressOf, open } from './reading.js';
import { placeOf } from './asking.js';

const FIELDS = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]';

const hits = () => {
  const turn = document.activeElement?.closest?.('.fn-turn') ?? $$('#fn-turns > .fn-turn').at(-1);
  return turn ? $$('.fn-hit > summary', turn) : [];
};

function step(by) {
  const all = hits();
  if (!all.length) return;
  const now = all.findIndex((summary) => summary.parentElement.contains(document.activeElement));
  const next = all[Math.min(Math.max(now < 0 && by < 0 ? all.length - 1 : now + by, 0), all.length - 1)];
  enter('ask');
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

// The passage that has the focus, else the first quote of the last answer.
function here() {
  const within = document.activeElement?.closest?.('.fn-turn [data-place]');
  const last = $$('#fn-turns > .fn-turn').at(-1);
  return within ?? (last && ($('.fn-quote', last) ?? $('.fn-hit', last)));
}

const keys = {
  '/': () => { enter('ask'); $('#question textarea').focus(); },
  j: () => step(1),
  k: () => step(-1),
  o: () => { const place = here(); if (place) { enter('read'); open(placeOf(place)); } },
  c: async () => {
    const within = here();
    const button = $('.fn-selected:not([hidden]) [data-copy]') ?? (within && $('[data-copy]', within));
    if (!button) return;
    const told = say(await copy(button.dataset.copy) ? 'copy.done' : 'copy.failed');
    toast(told);
    announce(told);
  },
  '?': () => $('#fn-help').showModal(),
};

actions.help = () => $('#fn-help').showModal();
actions['close-help'] = () => $('#fn-help').close();

// Copying says so on the button itself.
export async function copied(pressed, text) {
  if (pressed.dataset.name) return;
  const done = await copy(text);
  pressed.dataset.name = pressed.textContent;
  pressed.textContent = say(done ? 'copy.done' : 'copy.failed');
  announce(pressed.textContent);
  setTimeout(() => { pressed.textContent = pressed.dataset.name; delete pressed.dataset.name; }, 1500);
}
actions['copy-link'] = (pressed) => copied(pressed, addressOf(JSON.parse(pressed.closest('[data-place]').dataset.place)));

export function listen() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $('dialog[open]')) return;
    const inField = event.target.matches?.(FIELDS);
    if (event.key === 'Escape' && inField) { event.target.blur(); return; }
    if (inField || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}
