'use strict';
// The page of nunchi trace: draws what the program has put into it, and computes anew, in double, what can be computed from it.
const data = JSON.parse(document.getElementById('trace').textContent);
// a phrase of the program's list (src/base/phrases.h) in its language, {0} {1} … filled
const say = (name, ...parts) => data.phrases['trace_' + name].replace(/\{(\d)\}/g, (all, i) => parts[i]);
const main = document.querySelector('main');
const make = (tag, parent, text, attributes) => {
	const e = document.createElement(tag);
	if (text !== undefined && text !== null) e.textContent = text;
	for (const name in attributes || {}) e.setAttribute(name, attributes[name]);
	if (parent) parent.append(e);
	return e;
};

// --- numbers ---
function unpack(coded) { // {f: base64 of floats} or {i: base64 of 16 bits, scale}
	if (!coded) return null;
	const bytes = Uint8Array.from(atob(coded.f || coded.i), c => c.charCodeAt(0)), view = new DataView(bytes.buffer);
	const size = coded.f ? 4 : 2, out = new Float64Array(bytes.length / size);
	for (let k = 0; k < out.length; k++) out[k] = coded.f ? view.getFloat32(4 * k, true) : view.getInt16(2 * k, true) * coded.scale;
	out.coarse = coded.f ? 0 : coded.scale; // half a unit of this is how far a shown number may be off
	return out;
}
const steps = data.steps.map((s, index) => Object.assign(s, { index, v: unpack(s.values), g: unpack(s.grad) }));
const find = (what, layer) => steps.find(s => s.what === what && (layer === undefined || s.layer === layer));
const layers = Math.max(-1, ...steps.filter(s => s.what === 'attention').map(s => s.layer)) + 1;
const number = x => x === 0 ? '0' : Math.abs(x) < 1e-3 || Math.abs(x) >= 1e5 ? x.toExponential(3) : x.toPrecision(5);
// Of a matrix only some columns may be shown: column c of the shown is column columnOf(s, c).
const shownColumns = (s, back) => (back ? s.gcolumns : s.columns) || s.shape[s.shape.length - 1];
const columnOf = (s, c, back) => Math.floor(c * s.shape[s.shape.length - 1] / shownColumns(s, back));

// --- computed anew, in double ---
function softmaxRow(v, from, n) {
	let top = -Infinity, sum = 0;
	const p = new Float64Array(n);
	for (let j = 0; j < n; j++) top = Math.max(top, v[from + j]);
	for (let j = 0; j < n; j++) sum += p[j] = Math.exp(v[from + j] - top);
	return p.map(x => x / sum);
}
function erf(x) { // its series; beyond 5 it is 1 to more digits than are shown
	if (Math.abs(x) > 5) return Math.sign(x);
	let term = x, sum = x;
	for (let n = 1; n < 120; n++) { term *= -x * x / n; sum += term / (2 * n + 1); }
	return 2 / Math.sqrt(Math.PI) * sum;
}
const activations = {
	gelu: x => x / 2 * (1 + erf(x / Math.SQRT2)), relu: x => Math.max(0, x), silu: x => x / (1 + Math.exp(-x)), tanh: Math.tanh,
	gelu_new: x => x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
};
function scoresAgain(s, each) {
	const q = find('query', s.layer), k = find('key', s.layer);
	if (!s.plain || !q || !k || q.columns || k.columns) return false;
	const [heads, n, m] = s.shape, h = q.shape[1], w = h / heads;
	for (let a = 0; a < heads; a++) for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) {
		let sum = 0;
		for (let d = 0; d < w; d++) sum += q.v[i * h + a * w + d] * k.v[j * h + a * w + d];
		each((a * n + i) * m + j, sum / Math.sqrt(w), w * (q.v.coarse + k.v.coarse));
	}
	return 'Q · K / √' + w;
}
function softmaxAgain(s, from, each) {
	const m = s.shape[s.shape.length - 1];
	for (let row = 0; row < s.v.length / m; row++) softmaxRow(from.v, row * m, m).forEach((p, j) => each(row * m + j, p, from.v.coarse));
	return 'softmax(' + from.name + ')';
}
function contextAgain(s, each) {
	const p = find('attention', s.layer), v = find('value', s.layer);
	if (!p || !v || shownColumns(v) !== shownColumns(s)) return false;
	const [heads, n, m] = p.shape, shown = shownColumns(s), w = s.shape[1] / heads;
	for (let i = 0; i < n; i++) for (let c = 0; c < shown; c++) {
		const a = Math.floor(columnOf(s, c) / w);
		let sum = 0;
		for (let j = 0; j < m; j++) sum += p.v[(a * n + i) * m + j] * v.v[j * shown + c];
		each(i * shown + c, sum, v.v.coarse + p.v.coarse * m * 4);
	}
	return 'P · V';
}
const ways = {
	scores: scoresAgain,
	attention: (s, each) => softmaxAgain(s, find('scores', s.layer), each),
	context: contextAgain,
	activated: (s, each) => {
		const up = find('up', s.layer), f = activations[data.activation];
		if (!f || !up) return false;
		s.v.forEach((x, k) => each(k, f(up.v[k]), 2 * up.v.coarse));
		return data.activation + '(up)';
	},
	probabilities: (s, each) => {
		const z = find('logits'), T = data.temperature;
		if (!data.softmax || !z) return false;
		softmaxRow(z.v.map(x => x / T), 0, z.v.length).forEach((p, c) => each(c, p, z.v.coarse));
		return T === 1 ? 'softmax(logits)' : `softmax(logits / ${number(T)})`;
	},
	loss: (s, each) => { // of the logits as they are: a temperature is for the answer alone
		if (!data.softmax) return false;
		each(0, -Math.log(softmaxRow(find('logits').v, 0, find('logits').v.length)[data.label]), 0);
		return '-ln p[' + data.labels[data.label] + ']';
	}
};
const backWays = {
	scores: (s, each) => {
		const p = find('attention', s.layer), m = s.shape[2];
		if (!p || !p.g) return false;
		for (let row = 0; row < s.v.length / m; row++) {
			let mean = 0;
			for (let j = 0; j < m; j++) mean += p.v[row * m + j] * p.g[row * m + j];
			for (let j = 0; j < m; j++) each(row * m + j, p.v[row * m + j] * (p.g[row * m + j] - mean), 4 * p.g.coarse + p.v.coarse);
		}
		return 'P (dP - Σ P dP)';
	},
	logits: (s, each) => {
		if (!data.softmax) return false;
		softmaxRow(s.v, 0, s.v.length).forEach((p, c) => each(c, p - (c === data.label ? 1 : 0), 0));
		return 'p - [c = ' + data.labels[data.label] + ']';
	}
};
function check(s, back) {
	const way = (back ? backWays : ways)[s.what], shown = back ? s.g : s.v;
	if (!way || !shown) return null;
	let worst = 0, allowed = 0, count = 0, size = 0;
	const name = way(s, (k, value, coarse) => {
		const off = Math.abs(value - shown[k]);
		worst = Math.max(worst, off); size = Math.max(size, Math.abs(shown[k])); allowed = Math.max(allowed, coarse + shown.coarse); count++;
	});
	return name ? { name, worst, count, good: worst <= allowed + 2e-5 * size + 1e-7 } : null;
}

// --- colours ---
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
function mix(share, ground, strong) { // share in [-1, 1]
	const to = strong[share < 0 ? 1 : 0], a = Math.min(1, Math.abs(share)) ** 0.6;
	return `rgb(${ground.map((x, k) => Math.round(x + (to[k] - x) * a)).join(',')})`;
}
const rgb = hex => [1, 3, 5].map(k => parseInt(hex.slice(k, k + 2), 16));
const palette = () => [rgb(colour('--ground')), [rgb(colour('--plus')), rgb(colour('--minus'))]];

// --- state ---
const state = { back: false, special: true, query: 0, key: 0, layer: 0, head: 0 };
const isSpecial = i => data.tokens[i] && data.tokens[i].special;
const redraws = [];
const redraw = () => redraws.forEach(f => f());
const visibleRows = n => [...Array(n).keys()].filter(i => state.special || n !== data.tokens.length || !isSpecial(i));
const tokenName = (i, n) => n === data.tokens.length ? data.tokens[i].piece : say('row', i);

// A heat map of rows × columns with numbers on hover, by arrow keys, and by touch. cells(): {rows, columns, value(r, c), name(r, c), rowName(r)}, and where there are any
// columnName(c), which stands above where there is room, and chosen: [r, c]. A single column has its numbers beside it.
function heatMap(parent, cells, options) {
	const canvas = make('canvas', parent, null, { tabindex: 0, role: 'img', 'aria-label': options.label });
	const out = make('output', parent, say('point'), { 'aria-live': 'polite', class: 'quiet' });
	let at = [0, 0], layout = null;
	function draw() {
		const t = cells(), [ground, strong] = palette(), narrow = parent.clientWidth < 420;
		if (!parent.clientWidth) return;
		const left = !t.rowName ? 0 : narrow ? 56 : 88, list = t.columns === 1, beside = list ? 80 : 0, width = Math.max(60, parent.clientWidth - left - beside - 2);
		const w = Math.min(options.square || list ? 28 : 16, width / t.columns), h = options.square ? Math.max(14, w) : list ? 20 : 16, ratio = devicePixelRatio || 1;
		const top = t.columnName && w >= 16 ? 64 : 0, wide = left + w * t.columns + beside, high = top + h * t.rows;
		canvas.width = wide * ratio; canvas.height = high * ratio;
		canvas.style.width = wide + 'px'; canvas.style.height = high + 'px';
		const g = canvas.getContext('2d');
		g.scale(ratio, ratio); g.font = (narrow ? 11 : 12.5) + "px 'Noto Sans KR','Noto Sans CJK KR',sans-serif"; g.textBaseline = 'middle';
		g.fillStyle = colour('--text');
		for (let c = 0; top && c < t.columns; c++) {
			g.save(); g.translate(left + (c + 0.5) * w, top - 4); g.rotate(-Math.PI / 2); g.fillText(t.columnName(c), 0, 0, top - 6); g.restore();
		}
		let most = 1e-30;
		for (let r = 0; r < t.rows; r++) for (let c = 0; c < t.columns; c++) most = Math.max(most, Math.abs(t.value(r, c)));
		for (let r = 0; r < t.rows; r++) {
			g.fillStyle = colour('--text');
			if (t.rowName) g.fillText(t.rowName(r), 0, top + h * (r + 0.5), left - 4);
			if (list) g.fillText(number(t.value(r, 0)), left + w + 8, top + h * (r + 0.5));
			for (let c = 0; c < t.columns; c++) { g.fillStyle = mix(t.value(r, c) / most, ground, strong); g.fillRect(left + c * w, top + r * h, Math.ceil(w - (w > 6 ? 1 : 0)), h - 1); }
		}
		if (t.chosen) { g.strokeStyle = colour('--quiet'); g.strokeRect(left + t.chosen[1] * w, top + t.chosen[0] * h, w - 1, h - 1); }
		layout = { t, left, top, w, h };
		if (document.activeElement === canvas) mark();
	}
	function mark() {
		const { t, left, top, w, h } = layout, g = canvas.getContext('2d');
		at = [Math.min(Math.max(at[0], 0), t.rows - 1), Math.min(Math.max(at[1], 0), t.columns - 1)];
		out.textContent = t.name(at[0], at[1]) + ': ' + number(t.value(at[0], at[1]));
		g.strokeStyle = colour('--text'); g.lineWidth = 2; g.strokeRect(left + at[1] * w, top + at[0] * h, Math.max(w, 3), h);
	}
	const place = e => {
		const box = canvas.getBoundingClientRect(), r = Math.floor((e.clientY - box.top - layout.top) / layout.h), c = Math.floor((e.clientX - box.left - layout.left) / layout.w);
		if (c < 0 || c >= layout.t.columns || r < 0 || r >= layout.t.rows) return false;
		at = [r, c];
		return true;
	};
	canvas.addEventListener('pointermove', e => { if (layout && place(e)) { draw(); mark(); } });
	canvas.addEventListener('click', e => { if (layout && place(e) && options.pick) options.pick(layout.t, at[0], at[1]); });
	canvas.addEventListener('keydown', e => {
		const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[e.key];
		if (move) { at = [at[0] + move[0], at[1] + move[1]]; draw(); mark(); e.preventDefault(); }
		if ((e.key === 'Enter' || e.key === ' ') && options.pick) { options.pick(layout.t, at[0], at[1]); e.preventDefault(); }
	});
	canvas.addEventListener('focus', () => { if (layout) mark(); });
	redraws.push(draw);
	draw();
	return draw;
}

// --- the sentence ---
make('h1', main, data.text + (data.pair ? ' / ' + data.pair : ''));
make('p', main, say('title') + (data.label === null ? '' : say('and_back')) +
	' · ' + data.model + ' · ' + data.version, { class: 'quiet' });
const tools = make('div', main, null, { class: 'tools' });
function toggle(parent, text, pressed, on) {
	const b = make('button', parent, text, { 'aria-pressed': pressed, type: 'button' });
	b.addEventListener('click', () => { const now = b.getAttribute('aria-pressed') !== 'true'; b.setAttribute('aria-pressed', now); on(now); });
	return b;
}
if (data.label !== null) toggle(tools, say('gradients'), false, on => { state.back = on; document.body.classList.toggle('back', on); list(); redraw(); });
toggle(tools, say('hide'), false, on => { state.special = !on; redraw(); });
toggle(tools, say('open'), false, on => document.querySelectorAll('#steps details').forEach(d => { d.open = on; }));
const pickers = make('section', main);
make('h2', pickers, say('pieces'));
function tokenButtons(parent, what) {
	const row = make('div', parent);
	make('span', row, what === 'query' ? say('query') : say('key'), { class: 'quiet' });
	const buttons = [];
	let box = null, word = -2;
	data.tokens.forEach((t, i) => {
		if (t.word !== word || t.word < 0) box = make('span', row, null, { class: t.word < 0 ? '' : 'word', title: t.word < 0 ? '' : data.words[t.word] });
		word = t.word;
		const b = make('button', box, t.piece, { type: 'button', class: what, title: i + ': id ' + t.id });
		b.addEventListener('click', () => { state[what] = i; redraw(); });
		buttons.push(b);
	});
	redraws.push(() => buttons.forEach((b, i) => { b.setAttribute('aria-pressed', i === state[what]); b.hidden = !state.special && isSpecial(i); }));
}
tokenButtons(pickers, 'query');
tokenButtons(pickers, 'key');

// --- the answer ---
const answer = make('section', main);
make('h2', answer, say('answer'));
data.labels.map((name, c) => [name, c, find('probabilities').v[c]]).sort((a, b) => b[2] - a[2]).slice(0, 12).forEach(([name, c, p]) => {
	const row = make('div', answer, null, { class: 'bar' + (c === data.label ? ' true' : '') });
	make('span', row, name);
	make('i', make('span', row)).style.width = 100 * p + '%';
	make('span', row, (100 * p).toFixed(1) + ' %', { class: 'number' });
});
if (data.label !== null) make('p', answer, say('loss', data.labels[data.label], number(find('loss').v[0])));

// --- all layers × heads ---
if (layers > 0) {
	const section = make('section', main), heads = find('attention').shape[0];
	make('h2', section, say('all_heads'));
	for (let l = 0; l < layers; l++) {
		const p = find('attention', l);
		make('div', section, say('layer', l), { class: 'quiet' });
		const grid = make('div', section, null, { class: 'heads' });
		for (let a = 0; a < heads; a++) {
			const b = make('button', grid, null, { type: 'button', 'aria-label': say('layer_head', l, a) }), c = make('canvas', b);
			b.addEventListener('click', () => { state.layer = l; state.head = a; redraw(); document.getElementById('pair').scrollIntoView({ block: 'start' }); });
			redraws.push(() => {
				const n = p.shape[1], m = p.shape[2], rows = visibleRows(n), columns = visibleRows(m), [ground, strong] = palette(), source = state.back && p.g ? p.g : p.v;
				let most = 1e-30;
				rows.forEach(i => columns.forEach(j => { most = Math.max(most, Math.abs(source[(a * n + i) * m + j])); }));
				c.width = columns.length; c.height = rows.length;
				const g = c.getContext('2d');
				rows.forEach((i, y) => columns.forEach((j, x) => { g.fillStyle = mix(source[(a * n + i) * m + j] / most, ground, strong); g.fillRect(x, y, 1, 1); }));
				b.setAttribute('aria-pressed', l === state.layer && a === state.head);
			});
		}
	}
	// --- one pair of tokens, dimension by dimension ---
	const pair = make('section', main, null, { id: 'pair' });
	const title = make('h2', pair), grid = make('div', pair), sums = make('p', pair), table = make('div', pair, null, { class: 'scroll', tabindex: 0 });
	heatMap(grid, () => {
		const p = find('attention', state.layer), n = p.shape[1], m = p.shape[2], rows = visibleRows(n), columns = visibleRows(m), source = state.back && p.g ? p.g : p.v;
		return { rows: rows.length, columns: columns.length, value: (r, c) => source[(state.head * n + rows[r]) * m + columns[c]], rowName: r => tokenName(rows[r], n),
			columnName: c => tokenName(columns[c], m), chosen: [rows.indexOf(Math.min(state.query, n - 1)), columns.indexOf(Math.min(state.key, m - 1))],
			name: (r, c) => tokenName(rows[r], n) + ' → ' + tokenName(columns[c], m), at: (r, c) => [rows[r], columns[c]] };
	}, { square: true, label: say('chosen_head'), pick: (t, r, c) => { [state.query, state.key] = t.at(r, c); redraw(); } });
	redraws.push(() => {
		const s = find('scores', state.layer), p = find('attention', state.layer), q = find('query', state.layer), k = find('key', state.layer);
		const [count, n, m] = s.shape, i = Math.min(state.query, n - 1), j = Math.min(state.key, m - 1), h = q ? q.shape[1] : 0, w = h / count;
		title.textContent = say('layer_head', state.layer, state.head) + ': ' + tokenName(i, n) + ' → ' + tokenName(j, m);
		table.textContent = '';
		if (!q || !k || q.columns) { sums.textContent = ''; return; }
		const rows = [...Array(w).keys()].map(d => [d, q.v[i * h + state.head * w + d], k.v[j * h + state.head * w + d]]);
		const sum = rows.reduce((x, r) => x + r[1] * r[2], 0), shown = s.v[(state.head * n + i) * m + j], good = Math.abs(sum / Math.sqrt(w) - shown) < 2e-5 * (1 + Math.abs(shown)) + w * q.v.coarse;
		sums.textContent = '';
		make('span', sums, `Σ q·k = ${number(sum)};  / √${w} = ${number(sum / Math.sqrt(w))};  ` + say('program', number(shown)) + ' ');
		if (s.plain) make('span', sums, good ? '✓ ' + say('agrees') : '✗ ' + say('differs'), { class: good ? 'good' : 'bad' });
		make('span', sums, `;  softmax: ${number(p.v[(state.head * n + i) * m + j])}`);
		const [ground, strong] = palette(), most = Math.max(...rows.map(r => Math.abs(r[1] * r[2])), 1e-30);
		const t = make('table', table), head = make('tr', t);
		['d', 'q', 'k', 'q·k', ''].forEach(x => make('th', head, x));
		rows.sort((a, b) => Math.abs(b[1] * b[2]) - Math.abs(a[1] * a[2])).forEach(([d, x, y]) => {
			const row = make('tr', t);
			[d, number(x), number(y), number(x * y)].forEach(z => make('td', row, z));
			const bar = make('span', make('td', row), '\u00a0');
			bar.style.cssText = `display:inline-block;height:.8em;width:calc(min(8rem, 22vw) * ${Math.abs(x * y) / most});background:${mix(Math.sign(x * y), ground, strong)}`;
		});
	});
}

// --- the steps ---
const section = make('section', main);
make('h2', section, say('steps'));
const holder = make('div', section, null, { id: 'steps' });
// A row of numbers: one a label is a list of them, another a single line.
function vectorMap(parent, s, source) {
	const n = source.length, labels = n === data.labels.length && s.layer === null && s.what !== 'pooled';
	heatMap(parent, () => labels || n === 1 ?
		{ rows: n, columns: 1, value: r => source[r], rowName: labels ? r => data.labels[r] : null, name: r => labels ? data.labels[r] : s.name } :
		{ rows: 1, columns: n, value: (r, c) => source[c], name: (r, c) => '[' + c + ']' }, { label: s.name });
}
function stepBox(parent, s) {
	const box = make('details', parent, null, { id: 'step-' + s.index }), line = make('summary', box);
	make('b', line, s.name);
	make('span', line, ` (${s.shape.join(', ')}) `, { class: 'quiet' });
	const result = check(s, state.back);
	if (result && parent.counts) parent.counts[result.good ? 0 : 1]++;
	if (result) make('span', line, result.good ? '✓' : '✗', { class: result.good ? 'good' : 'bad', title: result.name });
	box.addEventListener('toggle', () => {
		if (!box.open || box.dataset.full) return;
		box.dataset.full = 1;
		make('div', box, s.formula, { class: 'formula' });
		make('div', box, s.source, { class: 'source' });
		make('div', box, (state.back ? s.gstats : s.stats), { class: 'quiet' });
		if (result) make('div', box, say('again', result.name, result.count, number(result.worst)) + ' ' + (result.good ? '✓' : '✗'), { class: result.good ? 'good' : 'bad' });
		const back = state.back, source = back ? s.g : s.v, n = s.shape[s.shape.length - 2] || 1, m = shownColumns(s, back), all = s.shape[s.shape.length - 1];
		if (m < all) make('div', box, say('columns', m, all), { class: 'quiet' });
		if (!source) { make('div', box, say('no_gradient'), { class: 'quiet' }); return; }
		if (s.shape.length === 1) { vectorMap(make('div', box), s, source); return; }
		for (let a = 0; a < (s.shape.length === 3 ? s.shape[0] : 1); a++) {
			if (s.shape.length === 3) make('div', box, say('head', a), { class: 'quiet' });
			heatMap(make('div', box), () => {
				const rows = visibleRows(n);
				return { rows: rows.length, columns: m, value: (r, c) => source[(a * n + rows[r]) * m + c], rowName: r => tokenName(rows[r], n),
					columnName: s.shape.length === 3 ? c => tokenName(c, m) : null,
					name: (r, c) => tokenName(rows[r], n) + ' [' + (s.shape.length === 3 ? tokenName(c, m) : columnOf(s, c, back)) + ']' };
			}, { square: s.shape.length === 3, label: s.name });
		}
	});
}
function list() {
	holder.textContent = '';
	const order = state.back ? [...steps].reverse() : steps;
	const layerBoxes = [];
	let box = null, layer = null;
	order.forEach(s => {
		if (s.layer === null) { layer = null; box = holder; }
		else if (s.layer !== layer) {
			layer = s.layer;
			box = make('details', holder);
			box.counts = [0, 0]; // of its steps, those that agree with what is computed anew, and those that do not
			make('summary', box, say('layer', layer) + ' ');
			layerBoxes.push(box);
		}
		stepBox(box || holder, s);
	});
	layerBoxes.forEach(b => ['✓', '✗'].forEach((mark, k) => {
		if (b.counts[k] > 0) make('span', b.querySelector('summary'), mark + b.counts[k] + ' ', { class: k === 0 ? 'good' : 'bad', title: say(k === 0 ? 'agrees' : 'differs') });
	}));
}
list();
redraw();
addEventListener('resize', redraw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
// n and p go from step to step
addEventListener('keydown', e => {
	if (e.target.tagName === 'CANVAS' || e.ctrlKey || e.metaKey || (e.key !== 'n' && e.key !== 'p')) return;
	const all = [...document.querySelectorAll('#steps details[id]')], open = all.findIndex(d => d.open), next = e.key === 'n' ? open + 1 : open - 1;
	if (next < 0 || next >= all.length) return;
	all.forEach(d => { d.open = false; });
	for (let d = all[next]; d && d.id !== 'steps'; d = d.parentElement) if (d.tagName === 'DETAILS') d.open = true;
	all[next].querySelector('summary').focus();
});
