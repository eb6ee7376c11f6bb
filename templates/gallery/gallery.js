// The page: small plots, search and filters, and one activation with a live plot.
(() => {
  const ENTRIES = JSON.parse(document.getElementById("data").textContent);
  const SVG = "http://www.w3.org/2000/svg";
  const $ = (id) => document.getElementById(id);

  function svg(parent, tag, attributes = {}, text = "") {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    parent.append(node);
    return node;
  }

  function html(parent, tag, properties = {}, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    parent?.append(node);
    return node;
  }

  // An activation with all its arguments: inputs first, then parameters.
  const argumentsOf = (entry) => [...entry.inputs, ...entry.parameters].map((one) => one.value);

  // One of its functions along one argument, the others held.
  function along(program, held, place, result = 0) {
    const given = held.slice();
    return (x) => {
      given[place] = x;
      return program(...given)[result];
    };
  }

  function path(lines, toX, toY) {
    const place = (p) => `${toX(p[0]).toFixed(2)} ${toY(p[1]).toFixed(2)}`;
    return lines.map((line) => `M${line.map(place).join("L")}${line.length === 1 ? "h0" : ""}`).join("");
  }

  function padded(range, part = 0.07) {
    const [low, high] = range ?? [0, 0];
    const room = high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high), 1e-30) ? (high - low) * part : 1;
    return [low - room, high + room];
  }

  const heights = (curves) => {
    const found = curves.map((lines) => Curves.extent(lines.flat().map((p) => p[1]))).filter(Boolean);
    return found.length ? [Math.min(...found.map((r) => r[0])), Math.max(...found.map((r) => r[1]))] : null;
  };

  // ---- small plots

  function drawSmall(node, number) {
    const [entry, program] = [ENTRIES[number], PROGRAMS[number]];
    const [low, high] = entry.spans[0];
    const held = argumentsOf(entry);
    const values = [];
    if (entry.inputs.length === 2) {
      for (const other of entry.sections[1]) {
        const there = held.slice();
        there[1] = other;
        values.push([Curves.sample(along(program.value, there, 0), low, high, 64), other === held[1]]);
      }
    } else values.push([Curves.sample(along(program.value, held, 0), low, high, 96), true]);
    const slope = Curves.sample(along(program.gradients, held, 0), low, high, 96);
    const [bottom, top] = padded(heights(values.map((v) => v[0])), 0.1);
    const toX = (x) => ((x - low) / (high - low)) * 160;
    const toY = (y) => Math.max(-400, Math.min(500, ((top - y) / (top - bottom)) * 96));
    if (bottom <= 0 && top >= 0) svg(node, "line", { class: "axis", x1: 0, x2: 160, y1: toY(0), y2: toY(0) });
    if (low <= 0 && high >= 0) svg(node, "line", { class: "axis", x1: toX(0), x2: toX(0), y1: 0, y2: 96 });
    svg(node, "path", { class: "curve slope", d: path(slope, toX, toY) });
    for (const [lines, main] of values) {
      svg(node, "path", { class: main ? "curve value" : "curve value section", d: path(lines, toX, toY) });
    }
  }

  const cards = [...document.querySelectorAll(".card")];
  const seen = new IntersectionObserver(
    (found) => {
      for (const { target, isIntersecting } of found) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        drawSmall(target.querySelector("svg"), Number(target.dataset.number));
      }
    },
    { rootMargin: "400px" },
  );
  cards.forEach((card) => seen.observe(card));

  // ---- search and filters

  const search = $("search");
  const family = $("family");
  const tag = $("tag");
  const chips = [...document.querySelectorAll(".chip")];
  const sections = [...document.querySelectorAll(".family")];

  function matches(entry, words, wanted) {
    return (
      words.every((word) => entry.search.includes(word)) &&
      wanted.every((property) => entry.properties.includes(property)) &&
      (!family.value || entry.family === family.value) &&
      (!tag.value || entry.tags.includes(tag.value))
    );
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.property);
    let count = 0;
    for (const card of cards) {
      const shown = matches(ENTRIES[Number(card.dataset.number)], words, wanted);
      card.parentElement.hidden = !shown;
      count += shown;
    }
    for (const section of sections) {
      const left = section.querySelectorAll("li:not([hidden])").length;
      section.hidden = !left;
      section.querySelector(".number").textContent = ` ${left}`;
    }
    const filtered = words.length || wanted.length || family.value || tag.value;
    $("count").textContent = filtered ? `${count} of ${cards.length}` : `${cards.length}`;
    $("clear").hidden = !filtered;
    $("nothing").hidden = count > 0;
  }

  function clear() {
    search.value = family.value = tag.value = "";
    chips.forEach((chip) => (chip.ariaPressed = "false"));
    filter();
    search.focus();
  }

  const form = document.querySelector(".filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clear();
  });
  $("clear-nothing").addEventListener("click", clear);
  search.addEventListener("input", filter);
  family.addEventListener("change", filter);
  tag.addEventListener("change", filter);
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.ariaPressed = chip.ariaPressed === "true" ? "false" : "true";
      filter();
    });
  }
  const visible = () => cards.filter((card) => !card.parentElement.hidden);

  // ---- the keyboard

  // The next card in a direction: beside it in its row, or the nearest one in the next row.
  function neighbour(card, key) {
    const list = visible();
    const place = list.indexOf(card);
    if (key === "ArrowLeft" || key === "ArrowRight") return list[place + (key === "ArrowRight" ? 1 : -1)];
    const down = key === "ArrowDown";
    const here = card.getBoundingClientRect();
    const rest = down ? list.slice(place + 1) : list.slice(0, Math.max(place, 0)).reverse();
    const row = rest.map((c) => [c, c.getBoundingClientRect()]).filter(([, b]) => (down ? b.top > here.top + 4 : b.top < here.top - 4));
    const nearest = row.filter(([, b]) => Math.abs(b.top - row[0][1].top) < 4);
    nearest.sort(([, a], [, b]) => Math.abs(a.left - here.left) - Math.abs(b.left - here.left));
    return nearest[0]?.[0];
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = event.target.closest?.("input, select, textarea");
    if (dialog.open) {
      if (!typing && !event.target.closest?.("svg, pre, .formula")) {
        if (event.key === "ArrowLeft") step(-1);
        if (event.key === "ArrowRight") step(1);
      }
      return;
    }
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && event.target === search && search.value) {
      search.value = "";
      filter();
    } else if ((event.key === "ArrowDown" || event.key === "Enter") && event.target === search) {
      event.preventDefault();
      visible()[0]?.focus();
    } else if (event.key.startsWith("Arrow") && event.target.classList?.contains("card")) {
      const next = neighbour(event.target, event.key);
      if (next) {
        event.preventDefault();
        next.focus();
      } else if (event.key === "ArrowUp") search.focus();
    }
  });

  // ---- one activation

  const dialog = $("detail");
  const body = $("detail-body");
  const numbers = new Map(ENTRIES.map((entry, number) => [entry.name, number]));
  let shown = -1;
  let live = null;

  const address = (number) => `#/${ENTRIES[number].name}`;

  function open(number) {
    if (number !== shown) {
      shown = number;
      body.replaceChildren($(`detail-${number}`).content.cloneNode(true));
      body.scrollTop = 0;
      for (const button of body.querySelectorAll(".copy")) {
        button.addEventListener("click", () => copy(button, button.closest("details").querySelector("code")));
      }
    }
    const list = visible().map((card) => Number(card.dataset.number));
    const place = list.indexOf(number);
    $("place").textContent = place < 0 ? "" : `${place + 1} of ${list.length}`;
    $("previous").disabled = place <= 0;
    $("next").disabled = place < 0 || place === list.length - 1;
    if (!dialog.open) {
      dialog.showModal();
      body.focus();
    }
    live?.stop();
    live = new Live(number, body);
  }

  function step(by) {
    const list = visible().map((card) => Number(card.dataset.number));
    const next = list[list.indexOf(shown) + by];
    if (next !== undefined && list.includes(shown)) {
      history.replaceState(null, "", address(next));
      open(next);
    }
  }

  function route() {
    const name = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
    if (numbers.has(name)) open(numbers.get(name));
    else if (dialog.open) dialog.close();
  }

  dialog.addEventListener("close", () => {
    live?.stop();
    live = null;
    if (numbers.has(location.hash.slice(2))) history.replaceState(null, "", location.pathname + location.search);
    cards[shown]?.focus();
    shown = -1;
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  $("close").addEventListener("click", () => dialog.close());
  $("previous").addEventListener("click", () => step(-1));
  $("next").addEventListener("click", () => step(1));
  window.addEventListener("hashchange", route);

  async function copy(button, code) {
    let done = false;
    try {
      await navigator.clipboard.writeText(code.textContent);
      done = true;
    } catch {
      getSelection().selectAllChildren(code);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Press Ctrl+C";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  }

  // A live plot: its state, its controls and its drawing.
  class Live {
    constructor(number, place) {
      this.entry = ENTRIES[number];
      this.program = PROGRAMS[number];
      this.start = argumentsOf(this.entry);
      this.held = this.start.slice();
      this.input = 0;
      this.gradient = 0;
      this.span = this.entry.spans[0].slice();
      this.cursor = null;
      this.plots = place.querySelector(".plots");
      this.readout = place.querySelector(".readout");
      this.controls = place.querySelector(".controls");
      this.value = this.panel("value", 0.5);
      this.slope = this.panel("slope", 0.3);
      this.makeControls();
      this.resized = new ResizeObserver(() => this.later());
      this.resized.observe(this.plots);
      this.draw();
    }

    stop() {
      this.resized.disconnect();
      cancelAnimationFrame(this.frame);
    }

    later() {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.draw());
    }

    panel(kind, part) {
      const box = html(this.plots, "div");
      const title = html(box, "p", { className: "plot-title" });
      const node = svg(box, "svg", { class: "plot", role: "img", tabindex: 0 });
      const move = (event) => {
        const view = this.view;
        const left = node.getBoundingClientRect().left;
        this.point(view.low + ((event.clientX - left - view.left) / view.width) * (view.high - view.low));
      };
      node.addEventListener("pointermove", move);
      node.addEventListener("pointerdown", move);
      node.addEventListener("pointerleave", () => this.point(null));
      node.addEventListener("blur", () => this.point(null));
      node.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        const by = ((this.span[1] - this.span[0]) / 100) * (event.key === "ArrowLeft" ? -1 : 1);
        this.point((this.cursor ?? (this.span[0] + this.span[1]) / 2) + by);
      });
      return { kind, part, title, node };
    }

    // -- controls

    makeControls() {
      const { inputs, parameters, gradients } = this.entry;
      this.controls.replaceChildren();
      [...inputs, ...parameters].forEach((one, place) => {
        if (place !== this.input) this.slider(one, place);
      });
      const row = html(this.controls, "div", { className: "row" });
      if (inputs.length > 1) {
        this.select(row, "along", inputs.map((one) => one.name), this.input, (chosen) => {
          this.input = this.gradient = chosen;
          this.span = this.entry.spans[chosen].slice();
          this.makeControls();
        });
      }
      if (gradients.length > 1) {
        this.select(row, "gradient by", gradients, this.gradient, (chosen) => (this.gradient = chosen));
      }
      this.spanControls(row);
      const reset = html(row, "button", { type: "button", className: "plain", textContent: "Reset" });
      reset.addEventListener("click", () => {
        this.held = this.start.slice();
        this.span = this.entry.spans[this.input].slice();
        this.makeControls();
        this.draw();
      });
    }

    slider(one, place) {
      const id = `control-${place}`;
      const line = html(this.controls, "div", { className: "control" });
      html(line, "label", { htmlFor: id, textContent: one.name });
      const step = one.integer ? "1" : "any";
      const range = html(line, "input", { type: "range", id, min: one.low, max: one.high, step });
      const exact = html(line, "input", { type: "number", step, ariaLabel: `${one.name}, as a number` });
      range.value = this.held[place];
      exact.value = this.held[place];
      range.addEventListener("input", () => {
        const value = one.integer ? Math.round(range.value) : Number(Number(range.value).toPrecision(4));
        this.held[place] = exact.value = value;
        this.later();
      });
      exact.addEventListener("input", () => {
        if (exact.value === "" || !Number.isFinite(exact.valueAsNumber)) return;
        this.held[place] = range.value = exact.valueAsNumber;
        this.held[place] = exact.valueAsNumber;
        this.later();
      });
    }

    select(row, label, names, chosen, change) {
      const box = html(row, "label", { className: "span", textContent: `${label} ` });
      const node = html(box, "select");
      names.forEach((name, i) => html(node, "option", { value: i, textContent: name, selected: i === chosen }));
      node.addEventListener("change", () => {
        change(Number(node.value));
        this.draw();
      });
    }

    spanControls(row) {
      const name = this.entry.inputs[this.input].name;
      const box = html(row, "span", { className: "span" }, `${name} from `);
      const ends = ["lowest", "highest"].map((word, i) => {
        if (i) box.append(" to ");
        const node = html(box, "input", { type: "number", step: "any", ariaLabel: `${word} ${name} shown` });
        node.value = Curves.number(this.span[i], 6).replace("−", "-");
        return node;
      });
      for (const node of ends) {
        node.addEventListener("change", () => {
          const [low, high] = ends.map((end) => end.valueAsNumber);
          const fits = Number.isFinite(low) && Number.isFinite(high) && low < high;
          ends.forEach((end) => end.setCustomValidity(fits ? "" : "the first must be less than the second"));
          if (fits) {
            this.span = [low, high];
            this.later();
          }
        });
      }
    }

    // -- curves

    draw() {
      const { entry, program, held, input, gradient } = this;
      const [low, high] = this.span;
      const places = [];
      const loci = program.loci(...held);
      loci.forEach((_, i) => {
        places.push(...Curves.zeros(along(program.loci, held, input, i), low, high));
      });
      const curve = (f, at, result = 0) => Curves.sample(along(f, at, input, result), low, high, 200, places);
      const changed = held.some((value, i) => i !== input && value !== this.start[i]);
      const surrogate = entry.surrogates[gradient] && program.derivatives;
      const values = [{ kind: "value", lines: curve(program.value, held) }];
      const slopes = [{ kind: "slope", lines: curve(program.gradients, held, gradient) }];
      if (changed) {
        values.unshift({ kind: "faint", lines: Curves.sample(along(program.value, this.start, input), low, high, 200) });
        slopes.unshift({
          kind: "faint",
          lines: Curves.sample(along(program.gradients, this.start, input, gradient), low, high, 200),
        });
      } else if (surrogate) slopes.unshift({ kind: "faint", lines: curve(program.derivatives, held, gradient) });
      if (entry.inputs.length === 2) values.unshift(...this.sections());
      const by = entry.gradients[gradient];
      this.legend(this.value, [["value", entry.name], ...(changed ? [["faint", "at the defaults"]] : [])]);
      const name = surrogate ? `surrogate for the gradient by ${by}` : `gradient by ${by}`;
      const faint = changed ? "at the defaults" : surrogate ? "derivative" : "";
      this.legend(this.slope, [["slope", name], ...(faint ? [["faint", faint]] : [])]);
      this.plot(this.value, values, this.marks(places));
      this.plot(this.slope, slopes, []);
      this.point(this.cursor);
    }

    // The curves for some values of the other input.
    sections() {
      const [low, high] = this.span;
      const other = 1 - this.input;
      return this.entry.sections[other].map((value) => {
        const there = this.held.slice();
        there[other] = value;
        return { kind: "value section", lines: Curves.sample(along(this.program.value, there, this.input), low, high, 120) };
      });
    }

    // Kinks and the two sides of jumps, where there are any for these parameters.
    marks(places) {
      const f = along(this.program.value, this.held, this.input);
      const slope = along(
        this.program[this.program.derivatives ? "derivatives" : "gradients"], this.held, this.input, this.input,
      );
      const near = (this.span[1] - this.span[0]) * 2 ** -24;
      const found = [];
      for (const x of places) {
        const [before, after] = [f(x - near), f(x + near)];
        const [left, right] = [slope(x - near), slope(x + near)];
        const steepest = Math.max(0, ...[left, right].map(Math.abs).filter(Number.isFinite));
        if (!Number.isFinite(before) || !Number.isFinite(after)) continue;
        if (Math.abs(after - before) > 4 * (steepest + 1e-9) * near) {
          found.push([x, before, "jump"], [x, after, "jump"]);
        } else if (!(Math.abs(left - right) <= 1e-3 * Math.max(Math.abs(left), Math.abs(right), 1e-3))) {
          found.push([x, f(x), "kink"]);
        }
      }
      return found.filter((mark) => Number.isFinite(mark[1]));
    }

    legend(panel, rows) {
      panel.title.replaceChildren(
        ...rows.map(([kind, text]) => html(null, "span", {}, html(null, "span", { className: `key ${kind}` }), text)),
      );
      panel.node.setAttribute("aria-label", rows.map((row) => row[1]).join(", "));
    }

    plot(panel, curves, marks) {
      const whole = Math.max(240, Math.round(this.plots.clientWidth));
      const height = Math.round(Math.min(whole * panel.part, panel.kind === "value" ? 310 : 190));
      const view = { left: 46, top: 8, width: whole - 58, height: height - 30, low: this.span[0], high: this.span[1] };
      [view.bottom, view.top_] = padded(heights(curves.map((curve) => curve.lines)));
      const toX = (x) => view.left + ((x - view.low) / (view.high - view.low)) * view.width;
      const toY = (y) => {
        const place = view.top + ((view.top_ - y) / (view.top_ - view.bottom)) * view.height;
        return Math.max(-2000, Math.min(4000, place));
      };
      Object.assign(panel, { view, toX, toY });
      this.view = view;
      const node = panel.node;
      node.replaceChildren();
      node.setAttribute("viewBox", `0 0 ${whole} ${height}`);
      const right = view.left + view.width;
      const below = view.top + view.height;
      for (const y of Curves.ticks(view.bottom, view.top_, Math.max(2, view.height / 36))) {
        svg(node, "line", { class: y === 0 ? "axis" : "rule", x1: view.left, x2: right, y1: toY(y), y2: toY(y) });
        svg(node, "text", { x: view.left - 6, y: toY(y) + 4, "text-anchor": "end" }, Curves.number(y));
      }
      for (const x of Curves.ticks(view.low, view.high, Math.max(3, view.width / 60))) {
        svg(node, "line", { class: x === 0 ? "axis" : "rule", x1: toX(x), x2: toX(x), y1: view.top, y2: below });
        svg(node, "text", { x: toX(x), y: below + 16, "text-anchor": "middle" }, Curves.number(x));
      }
      const frame = svg(node, "svg", { x: view.left, y: view.top, width: view.width, height: view.height });
      frame.setAttribute("viewBox", `${view.left} ${view.top} ${view.width} ${view.height}`);
      for (const { kind, lines } of curves) svg(frame, "path", { class: `curve ${kind}`, d: path(lines, toX, toY) });
      for (const [x, y, kind] of marks) {
        const title = `${kind} at ${Curves.number(x)}`;
        const shape =
          kind === "kink"
            ? svg(node, "circle", { class: "mark", cx: toX(x), cy: toY(y), r: 4 })
            : svg(node, "rect", { class: "mark", x: toX(x) - 3.5, y: toY(y) - 3.5, width: 7, height: 7 });
        svg(shape, "title", {}, title);
      }
      panel.cross = svg(node, "g");
    }

    // -- the numbers at a place

    // Six digits; where rounding may have spoiled them all, those that differences of what is drawn can have.
    digits(y, panel, certain) {
      const unit = 1e-9 * Math.max(Math.abs(panel.view.bottom), Math.abs(panel.view.top_));
      return Curves.number(certain ? y : Math.round(y / unit) * unit, 6);
    }

    point(x) {
      const [low, high] = this.span;
      this.cursor = x === null ? null : Math.max(low, Math.min(high, x));
      for (const panel of [this.value, this.slope]) panel.cross.replaceChildren();
      if (this.cursor === null) {
        this.readout.textContent = "";
        return;
      }
      const at = Number(this.cursor.toPrecision(4));
      const y = along(this.program.value, this.held, this.input)(at);
      const slope = along(this.program.gradients, this.held, this.input, this.gradient)(at);
      const name = this.entry.inputs[this.input].name;
      const by = this.entry.gradients[this.gradient];
      const certain = this.entry.certain;
      const [value, gradient] = [
        this.digits(y, this.value, certain[0]),
        this.digits(slope, this.slope, certain[this.gradient + 1]),
      ];
      this.readout.textContent = `${name} = ${Curves.number(at)}   value ${value}   by ${by} ${gradient}`;
      for (const [panel, height] of [[this.value, y], [this.slope, slope]]) {
        const { view, toX, toY, cross, kind } = panel;
        svg(cross, "line", { class: "cross", x1: toX(at), x2: toX(at), y1: view.top, y2: view.top + view.height });
        const inside = height >= view.bottom && height <= view.top_;
        if (inside) svg(cross, "circle", { class: `dot ${kind}`, cx: toX(at), cy: toY(height), r: 4 });
      }
    }
  }

  filter(); // browsers keep what was typed before a page is loaded again
  route();
})();
