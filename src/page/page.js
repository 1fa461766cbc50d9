'use strict';
// The page of `make page`: hands the files inside it to the program, which is WebAssembly, and shows what that answers.
const by = id => document.getElementById(id);
const make = (tag, parent, text) => {
	const element = document.createElement(tag);
	if (text !== undefined) element.textContent = text;
	parent.append(element);
	return element;
};

// --- the program and its memory ---
function bytes(element) {
	const text = atob(element.textContent), out = new Uint8Array(text.length);
	for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
	element.remove();
	return out;
}

let nunchi;
const memory = () => new Uint8Array(nunchi.memory.buffer);

function give(data) { // a copy in the program's memory, with a NUL behind it
	const at = nunchi.nch_wasm_room(data.length + 1);
	memory().set(data, at);
	memory()[at + data.length] = 0;
	return at;
}

function answer() {
	const at = nunchi.nch_page_answer(), all = memory();
	return new TextDecoder().decode(all.subarray(at, all.indexOf(0, at)));
}

let question = 0, room = 0;
function call(name, text, ...more) { // the answer as text; what is wrong is thrown
	const data = new TextEncoder().encode(text);
	if (data.length >= room) {
		room = 2 * data.length + 4096;
		question = nunchi.nch_wasm_room(room);
	}
	memory().set(data, question);
	memory()[question + data.length] = 0;
	if (nunchi[name](question, data.length, ...more) !== 0) throw new Error(JSON.parse(answer()).error);
	return answer();
}
const ask = text => JSON.parse(call('nch_page_ask', text));

let looks = {}, inside = false;
async function open() {
	const system = new Proxy({}, { get: () => () => 52 /* what the C library asks of a system: ENOSYS */ });
	const program = await WebAssembly.instantiate(bytes(by('program')), { wasi_snapshot_preview1: system, env: system });
	nunchi = program.instance.exports;
	if (nunchi._initialize) nunchi._initialize();
	for (const file of document.querySelectorAll('script.file')) {
		const name = give(new TextEncoder().encode(file.dataset.name)), data = bytes(file);
		nunchi.nch_wasm_file(name, give(data), data.length);
	}
	const wrong = nunchi.nch_page_open() !== 0, about = JSON.parse(answer());
	if (wrong) throw new Error(about.error);
	looks = Object.fromEntries(about.labels.map(label => [label.name, label]));
	inside = about.inside;
}

// --- languages ---
let korean = true;
const say = (ko, en) => korean ? ko : en;
const names = { 공포: 'fear', 놀람: 'surprise', 분노: 'anger', 슬픔: 'sadness', 중립: 'neutral', 행복: 'happiness', 혐오: 'disgust' };
const nameOf = label => korean || !names[label] ? label : label + ' ' + names[label];

function speak(ko) {
	if (ko === korean) return;
	korean = ko;
	document.documentElement.lang = say('ko', 'en');
	by('language').textContent = say('English', '한국어');
	by('language').lang = say('en', 'ko');
	for (const element of document.querySelectorAll('[data-en]')) [element.textContent, element.dataset.en] = [element.dataset.en, element.textContent];
	if (shown) show(shown);
	by('steps').open = false; // these two are pages in one language
	if (!by('book').hidden) readStory();
}

// --- an answer ---
let shown = null, asked = '';
function show(a) {
	shown = a;
	by('answer').hidden = false;
	by('book').hidden = true;
	by('words').replaceChildren();
	const most = Math.max(.5, ...a.words.map(w => Math.abs(w.worth)));
	for (const w of a.words) {
		const word = make('span', by('words'), w.word), share = Math.abs(w.worth) / most, colour = w.worth > 0 ? '--for' : '--against';
		word.title = (w.worth > 0 ? '+' : '') + w.worth.toFixed(2);
		word.style.background = `rgba(var(${colour}),${.45 * share})`;
		if (share > .1) word.style.borderBottom = `2px ${w.worth > 0 ? 'solid' : 'dotted'} rgb(var(${colour}))`;
		by('words').append(' ');
	}
	const chosen = new Set(a.labels);
	by('scores').replaceChildren();
	for (const [label, score] of Object.entries(a.scores).sort((x, y) => y[1] - x[1]).slice(0, 12)) {
		const row = by('scores').insertRow(), name = row.insertCell(), bar = document.createElement('div'), look = looks[label];
		row.className = chosen.has(label) ? 'best' : '';
		row.style.setProperty('--light', look.light);
		row.style.setProperty('--dark', look.dark);
		name.className = 'name';
		name.textContent = (look.mark ? look.mark + ' ' : '') + nameOf(label);
		bar.className = 'bar';
		bar.style.width = 100 * score + '%';
		row.insertCell().append(bar);
		row.insertCell().textContent = (100 * score).toFixed(1) + ' %';
	}
	by('looking').hidden = by('steps').hidden = !inside || a.words.length === 0;
	if (by('looking').open) openLook();
}

// Runs what may take a moment, after the screen has said so.
function work(what) {
	by('wrong').textContent = '';
	by('busy').textContent = say('읽는 중 …', 'reading …');
	return new Promise(done => setTimeout(() => {
		try { what(); } catch (error) { by('wrong').textContent = error.message; }
		by('busy').textContent = '';
		done();
	}, 20));
}

const isStory = text => text.length > 500 || text.trim().split('\n').length > 4;
function read() {
	asked = by('text').value;
	if (isStory(asked)) return readStory();
	return work(() => { by('steps').open = false; show(ask(asked)); });
}

// --- attention ---
let map = null, from = 0;
function openLook() {
	map = JSON.parse(call('nch_page_look', asked));
	from = Math.min(from, map.tokens.length - 1);
	by('whose').textContent = say('모형 안의 트랜스포머가 낸 답: ', 'The transformer\'s own answer: ') + nameOf(map.label) + ` ${(100 * map.score).toFixed(1)} %`;
	for (const [id, count] of [['layer', map.layers], ['head', map.heads]]) {
		const before = by(id).value || 'mean';
		by(id).replaceChildren();
		make('option', by(id), say('평균', 'mean')).value = 'mean';
		for (let i = 0; i < count; i++) make('option', by(id), String(i)).value = i;
		by(id).value = before;
	}
	by('pieces').replaceChildren();
	map.tokens.forEach((piece, i) => {
		const button = make('button', by('pieces'), piece.replace('▁', '·'));
		button.type = 'button';
		make('small', button);
		button.addEventListener('click', () => { from = i; drawLook(); });
	});
	drawLook();
}

// Attention of row i on column j: of one layer and head, or the mean over all.
function weight(i, j) {
	const n = map.tokens.length, range = (id, count) => by(id).value === 'mean' ? [...Array(count).keys()] : [Number(by(id).value)];
	let sum = 0, count = 0;
	for (const l of range('layer', map.layers))
		for (const h of range('head', map.heads)) {
			sum += map.attention[((l * map.heads + h) * n + i) * n + j];
			count++;
		}
	return sum / count;
}

function drawLook() {
	const n = map.tokens.length, all = [];
	for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) all.push(weight(i, j));
	const most = Math.max(...all.slice(from * n, from * n + n)), colour = getComputedStyle(document.documentElement).getPropertyValue('--look');
	[...by('pieces').children].forEach((button, j) => {
		button.setAttribute('aria-pressed', j === from);
		button.style.background = `rgba(${colour},${.45 * all[from * n + j] / most})`;
		button.lastChild.textContent = (100 * all[from * n + j]).toFixed(0) + ' %';
	});
	const canvas = by('map'), context = canvas.getContext('2d'), top = Math.max(...all);
	canvas.width = canvas.height = n;
	canvas.style.width = canvas.style.height = Math.min(18 * n, 480) + 'px';
	canvas.setAttribute('aria-label', say('어텐션 그림', 'map of the attention') + `: ${n} × ${n}`);
	all.forEach((value, k) => {
		context.fillStyle = `rgba(${colour},${(value / top) ** .7})`;
		context.fillRect(k % n, Math.floor(k / n), 1, 1);
	});
}
by('map').addEventListener('click', event => {
	const box = by('map').getBoundingClientRect();
	from = Math.min(map.tokens.length - 1, Math.floor((event.clientY - box.top) / box.height * map.tokens.length));
	drawLook();
});
for (const id of ['layer', 'head']) by(id).addEventListener('change', drawLook);
by('looking').addEventListener('toggle', () => { if (by('looking').open) work(openLook); });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { if (map) drawLook(); });

// --- pages within the page: the program writes them, and their own rules let them fetch nothing ---
function frame(parent, html, title, whole) {
	parent.querySelector('iframe')?.remove();
	const inner = make('iframe', parent);
	inner.title = title;
	inner.srcdoc = html;
	if (whole) inner.addEventListener('load', () => {
		const page = inner.contentDocument;
		if (page) new ResizeObserver(() => { inner.style.height = page.documentElement.scrollHeight + 'px'; }).observe(page.body);
	});
}
by('steps').addEventListener('toggle', () => {
	if (by('steps').open) work(() => frame(by('steps'), call('nch_page_trace', asked, Number(korean)), say('추적', 'trace')));
	else by('steps').querySelector('iframe')?.remove();
});
function readStory() {
	asked = by('text').value;
	return work(() => {
		frame(by('book'), call('nch_page_book', asked, Number(korean)), say('이야기', 'a story'), true);
		by('answer').hidden = true;
		by('book').hidden = false;
	});
}

// --- the form ---
by('language').addEventListener('click', () => speak(!korean));
by('form').addEventListener('submit', event => { event.preventDefault(); read(); });
by('story').addEventListener('click', readStory);
by('text').addEventListener('keydown', event => {
	if (event.key !== 'Enter' || event.shiftKey || event.isComposing || isStory(by('text').value)) return;
	event.preventDefault();
	by('form').requestSubmit();
});
by('text').addEventListener('paste', () => setTimeout(() => { if (isStory(by('text').value)) readStory(); }));

// #text=…&view=attention|trace|story&lang=ko|en: a link to an answer; a browser sends it nowhere. #logits=text%0Atext: the logits of each line, for tests/page_logits.
const link = new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B'));
speak((link.get('lang') || navigator.language).startsWith('ko'));
async function start() {
	await open();
	by('ask').disabled = by('story').disabled = false;
	delete by('busy').dataset.en; // from now on it says what is done just then
	by('busy').textContent = '';
	if (link.has('logits')) {
		by('logits').textContent = link.get('logits').split('\n').map(text => JSON.stringify(ask(text).logits)).join('\n');
		by('logits').hidden = false;
		return;
	}
	if (link.has('text')) by('text').value = link.get('text');
	await (link.get('view') === 'story' ? readStory() : read());
	document.documentElement.dataset.answered = Math.round(performance.now()); // milliseconds from the page's beginning to its first answer
	if (link.get('view') === 'attention') by('looking').open = true;
	if (link.get('view') === 'trace') by('steps').open = true;
}
start().catch(error => { by('busy').textContent = ''; by('wrong').textContent = error.message; });
