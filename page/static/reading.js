// The source: a document at a place, its parts and pages fetched as they come into view.

import { $, $$, actions, call, copy, element, enter, fragment, isWide, onEnter, page, say, toast } from './base.js';

let place = null; // what is open: {document, start, end, marks, others, sha}
let shown = null; // what the server said of it: {document, sha, stops, pages}
let at = 0; // which of the stops
let zoom = 1; // of the pages
let turn = 0; // so that an answer that comes late does not replace a later one

export const nothingOpened = () => turn === 0;

const scroller = () => $('#source');
const text = () => $('.fn-text');
const sheets = () => $('.fn-pages');

// Open a document at a place. `moved`: the person asked for it, so the browser's Back leads away from it.
export async function open(where, { moved = true } = {}) {
  const mine = ++turn;
  const told = await call('read', where);
  if (mine !== turn) return;
  if (told.error) {
    $('#fn-document').replaceChildren(element('p', { className: 'fn-error', textContent: told.error }));
    return;
  }
  $('#fn-document').replaceChildren(fragment(told.html));
  shown = told.stops ? told : null;
  place = shown && { ...where, document: shown.document, sha: shown.sha };
  scroller().scrollTop = 0;
  if (!shown) return;
  if (shown.pages) drawSheets();
  watch();
  const first = shown.stops.findIndex((stop) => stop >= (where.start ?? 0));
  if (where.document) {
    history[moved ? 'pushState' : 'replaceState'](null, '', address());
    await go(Math.max(first, 0));
  }
}

// Open what the address names, if it names a place.
export function openAddress() {
  const asked = new URLSearchParams(location.search);
  if (!asked.get('doc')) return false;
  const [start, end] = [Number(asked.get('start')) || 0, Number(asked.get('end')) || 0];
  const marks = end > start ? [[start, end]] : [];
  open({ document: asked.get('doc'), start, end, marks, sha: asked.get('sha') ?? '' }, { moved: false });
  return true;
}

export function addressOf({ document: name, start, end, sha }) {
  const asked = new URLSearchParams({ doc: name });
  if (end) { asked.set('start', start); asked.set('end', end); }
  if (sha) asked.set('sha', sha);
  if (page.library !== page.first) asked.set('library', page.library);
  const address = new URL(location.pathname, location.origin);
  address.search = asked;
  return address.href;
}

const address = () => addressOf(place);

// Fetch the parts that are near.
let watcher;
function watch() {
  watcher?.disconnect();
  const root = getComputedStyle(scroller()).overflowY === 'auto' ? scroller() : null;
  watcher = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) if (isIntersecting) fill(target);
  }, { root, rootMargin: '1500px' });
  for (const part of $$('.fn-part[data-wanted]')) watcher.observe(part);
}

const filling = new WeakMap();
function fill(part) {
  if (!('wanted' in part.dataset)) return Promise.resolve();
  if (!filling.has(part)) {
    filling.set(part, call('part', { ...place, part: Number(part.dataset.part) }).then((told) => {
      if (told.error) { filling.delete(part); return; }
      delete part.dataset.wanted;
      watcher.unobserve(part);
      part.style.minHeight = '';
      part.replaceChildren(fragment(told.html));
    }));
  }
  return filling.get(part);
}

// Go to one of the marked places.
async function go(number) {
  const { stops } = shown;
  if (!stops.length) return;
  at = (number + stops.length) % stops.length;
  const count = $('.fn-steps span');
  if (count) count.textContent = say('read.marks', { at: at + 1, count: stops.length });
  const offset = stops[at];
  const part = $$('.fn-part').find((one) => Number(one.dataset.start) <= offset && offset < Number(one.dataset.end));
  if (part) await fill(part);
  for (const before of $$('.fn-now')) before.classList.remove('fn-now');
  for (const target of $$(`#fn-document [data-at="${offset}"]`)) target.classList.add('fn-now');
  reveal();
}

// Scroll to where we are; once more when the letters or pictures around it have their size.
function reveal() {
  if (!shown?.stops.length || (!isWide() && document.body.dataset.side !== 'right')) return;
  const inside = sheets() && !sheets().hidden ? sheets() : text();
  const target = $('.fn-now', inside) ?? (shown.pages && inside === sheets() && $(`[data-page="${shown.pages.page}"]`, inside));
  target?.scrollIntoView({ block: target.matches('figure') ? 'start' : 'center' });
}

function drawSheets() {
  const { sizes, labels, boxes, missing } = shown.pages;
  const dots = Math.min(2, devicePixelRatio || 1) * Math.max(scroller().clientWidth - 40, 320) * zoom;
  const width = Math.min(2400, Math.ceil(dots / 200) * 200);
  const by = Map.groupBy ? Map.groupBy(boxes, (box) => box.page) : grouped(boxes);
  const figures = sizes.map(([wide, high], index) => {
    const number = index + 1;
    const label = say('read.page', { label: labels[number] ?? number });
    const asked = new URLSearchParams({ document: shown.document, page: number, width, sha: shown.sha, library: page.library });
    const image = element('img', { loading: 'lazy', alt: label, src: `page-picture?${asked}` });
    const marks = element('div', { className: 'fn-marks' }, ...(by.get(number) ?? []).map(marked));
    const figure = element('figure', { className: 'fn-sheet' }, image, marks);
    figure.dataset.page = number;
    figure.style.aspectRatio = `${wide} / ${high}`;
    figure.style.width = `${zoom * 100}%`;
    figure.style.maxWidth = `${zoom * 60}rem`;
    return figure;
  });
  const notices = missing.map((words) => element('p', { className: 'fn-notice', textContent: words }));
  sheets().replaceChildren(...notices, ...figures);
}

function magnify(times) {
  zoom = Math.min(Math.max(zoom * times, 0.4), 4);
  drawSheets();
  go(at);
}

function grouped(boxes) {
  const by = new Map();
  for (const box of boxes) by.set(box.page, [...(by.get(box.page) ?? []), box]);
  return by;
}

function marked({ box: [left, top, width, height], kind, at: offset }) {
  const mark = element('i', { className: `fn-box fn-box-${kind}` });
  mark.dataset.at = offset;
  Object.assign(mark.style, {
    left: `${left * 100}%`, top: `${top * 100}%`, width: `${width * 100}%`, height: `${height * 100}%`,
  });
  return mark;
}

function show(pages) {
  sheets().hidden = !pages;
  text().hidden = pages;
  for (const choice of $$('.fn-reading [data-do^="as-"]')) {
    choice.setAttribute('aria-pressed', String((choice.dataset.do === 'as-pages') === pages));
  }
  go(at);
}

actions['as-pages'] = () => show(true);
actions['as-text'] = () => show(false);
actions['zoom-in'] = () => magnify(1.25);
actions['zoom-out'] = () => magnify(0.8);
actions['next-mark'] = () => go(at + 1);
actions['previous-mark'] = () => go(at - 1);
actions.back = () => enter('ask');
actions['link-here'] = async () => { toast(say(await copy(address()) ? 'copy.done' : 'copy.failed')); };

// What a person selects in the text can be copied with its reference.
let selecting;
document.addEventListener('selectionchange', () => {
  clearTimeout(selecting);
  selecting = setTimeout(offer, 250);
});

async function offer() {
  const line = $('.fn-selected');
  const selection = getSelection();
  if (!line || document.activeElement?.closest('.fn-selected')) return;
  const range = selection.rangeCount && !selection.isCollapsed && selection.getRangeAt(0);
  const ends = range && [end(range.startContainer, range.startOffset), end(range.endContainer, range.endOffset)];
  const told = ends && ends.every(Boolean) ? await call('select', { document: shown.document, ends }) : {};
  line.hidden = !told.html;
  line.replaceChildren(fragment(told.html ?? ''));
}

// A block of the document, by where it begins, and the characters (code points) before a place in it.
function end(node, offset) {
  const block = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest('.fn-text [data-from]');
  if (!block) return null;
  const before = document.createRange();
  before.setStart(block, 0);
  before.setEnd(node, offset);
  return [Number(block.dataset.from), [...before.toString()].length];
}

onEnter('read', () => requestAnimationFrame(reveal));
addEventListener('popstate', () => { if (openAddress()) enter('read'); });
