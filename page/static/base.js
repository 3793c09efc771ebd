// What every part of the page uses: words, calls to the server, views, and a way to be told.

export const page = { server: null, upload: null, words: {}, changes: false, kinds: [], library: '', first: '' };
export const actions = {}; // what a button with data-do, or a form, does

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export function say(key, values = {}) {
  return page.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// Ask the server; what comes back has an `error`, a sentence, when it did not do.
export async function call(what, data = {}) {
  try {
    const outcome = await page.server.footnote({ library: page.library, ...data, do: what });
    if (outcome && typeof outcome === 'object' && !outcome.detail) return outcome;
  } catch { /* told below */ }
  return { error: say('error.offline') };
}

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function button(what, text, properties = {}) {
  const made = element('button', { type: 'button', textContent: text, ...properties });
  made.dataset.do = what;
  return made;
}

// HTML of the server, in which everything from outside is escaped.
export function fragment(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

export function announce(text) {
  $('#fn-live').textContent = '';
  requestAnimationFrame(() => { $('#fn-live').textContent = text; });
}

let hiding;
export function toast(text, action) {
  const box = $('#fn-toast');
  box.replaceChildren(element('span', { textContent: text }));
  if (action) {
    const undo = element('button', { type: 'button', textContent: action.name });
    undo.addEventListener('click', () => { box.hidden = true; action.run(); });
    box.append(undo);
  }
  box.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { box.hidden = true; }, action ? 12000 : 5000);
}

// Four rooms on two sides. On a wide screen both sides show; on a narrow one the side last chosen.
const SIDES = { ask: 'left', conversations: 'left', read: 'right', library: 'right' };
const entered = {};
export const onEnter = (view, run) => { entered[view] = run; };

export function enter(view) {
  const { dataset } = document.body;
  dataset[SIDES[view]] = view;
  dataset.side = SIDES[view];
  mark();
  entered[view]?.();
}

export function mark() {
  const { left, right, side } = document.body.dataset;
  for (const choice of $$('.fn-nav [data-view]')) {
    const { view } = choice.dataset;
    const shown = (view === left || view === right) && (isWide() || SIDES[view] === side);
    choice.setAttribute('aria-pressed', String(shown));
  }
}

export const isWide = () => matchMedia('(min-width: 861px)').matches;

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // not a secure page, or not allowed
    const field = element('textarea', { value: text });
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}

export function download(name, type, text) {
  const link = element('a', { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
