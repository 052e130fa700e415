"use strict";
(async () => {
  // What was packed into the page. Nothing in it becomes markup: all text is set as text.
  const packed = Uint8Array.from(atob(document.getElementById("data").textContent), (c) => c.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = JSON.parse(await new Response(unpacked).text());

  const id = (name) => document.getElementById(name);
  const el = (tag, props = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
      if (value === undefined || value === null || value === false) continue;
      if (key === "class") made.className = value;
      else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  };
  const number = (n) => n.toLocaleString("en");
  const count = (n, what) => `${number(n)} ${what}${n === 1 ? "" : "s"}`;
  const MOST_COLUMNS = 24;
  const MOST_PRINTED = 1000;
  const ROW = 36;

  // ---- The model: rows, columns, and what stands where they meet ----------------------------

  const isOcf = data.kind === "ocf";
  const bits = data.rights.map(([letter, bit, word, name]) => ({ letter, bit, word, name }));
  const columns = data.columns.map(([key, name], place) => ({
    key,
    place,
    title: name ?? (isOcf ? key : `server ${key}`),
    sub: name === null ? "" : isOcf ? key : `server ${key}`,
    // As the command line speaks of it.
    words: isOcf ? name ?? key : name === null ? `server ${key}` : `server ${key} (${name})`,
  }));
  const OTHERS = { key: null, place: -1, title: "others", sub: data.others, words: data.others };

  // A row is [oid, iid or -1, AC instance, owner, verdict or -1, old verdict or -1, old owner, old AC].
  // A verdict is [rights, rule, default entry; then for each server its SSID, entry, rights, rule].
  const NOBODY = [0, data.rules?.indexOf("not-governed"), -1];
  const verdict = (place) => (place < 0 ? NOBODY : data.pool[place]);
  const inVerdict = (of, key) => {
    if (key === null) return { rights: of[0], rule: of[1], entry: -1, fallback: of[2] };
    let low = 0;
    let high = (of.length - 3) / 4 - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = 3 + 4 * middle;
      if (of[at] === key) return { rights: of[at + 2], rule: of[at + 3], entry: of[at + 1], fallback: of[2] };
      if (of[at] < key) low = middle + 1;
      else high = middle - 1;
    }
    return { rights: of[0], rule: of[1], entry: -1, fallback: of[2] };
  };
  const lwm2m = {
    group: (row) => row[0],
    groupName: (oid) => data.objects[oid] ?? "",
    path: (row) => (row[1] < 0 ? `/${row[0]}` : `/${row[0]}/${row[1]}`),
    name: (row) => (row[1] < 0 ? "creation" : data.objects[row[0]] ?? ""),
    words: (row) => (row[1] < 0 ? `creation in /${row[0]}` : `/${row[0]}/${row[1]}`),
    isGone: (row) => row[4] < 0,
    isNew: (row) => data.before !== null && row[5] < 0,
    possible: (row) => bits.filter((it) => (it.bit === 16) === row[1] < 0),
    operations(row) {
      return this.possible(row);
    },
    ac: (row) => (row[4] < 0 ? "" : `/2/${row[2]}`),
    owner: (row) => (row[4] < 0 ? null : row[3]),
    cell(row, column) {
      const found = inVerdict(verdict(row[4]), column.key);
      const owns = column.key !== null && this.owner(row) === column.key;
      const rule = data.rules[found.rule];
      const before = data.before === null ? null : inVerdict(verdict(row[5]), column.key).rights;
      return { ...found, rule, owns, before, isDefault: rule === "default-entry" };
    },
    explain(row, column, it) {
      const cell = this.cell(row, column);
      const isCreation = row[1] < 0;
      const all = [...data.first, ...(isCreation ? data.creation : data.instance)];
      const letters = (mask) => bits.filter((b) => mask & b.bit).map((b) => b.letter).join("") || "-";
      // The rights that counted: an entry's as it is stored, of an owner all.
      const given = cell.rule === "own-entry" ? cell.entry : cell.rule === "default-entry" ? cell.fallback : 15;
      const gaps = {
        server: column.words,
        oid: row[0],
        governed: this.words(row),
        ac: `/2/${row[2]}`,
        own: letters(cell.entry),
        default: letters(cell.fallback),
        operation: it.word,
        needed: it.letter,
        given: letters(given),
      };
      const fill = (text) => text.replace(/\{(\w+)\}/g, (_, gap) => gaps[gap] ?? "");
      const last = all.findIndex((template) => template.rule === cell.rule);
      const steps = all.slice(0, last + 1).map((template, place) => ({
        text: fill(place === last ? template.decides : template.passed),
        decides: place === last,
      }));
      const allowed = (cell.rights & it.bit) !== 0;
      const byMask = ["own-entry", "owner", "default-entry"].includes(cell.rule);
      return {
        question: `May ${column.words} ${isCreation ? `create Instances of /${row[0]}` : `${it.word} ${this.path(row)}`}?`,
        allowed,
        answer: allowed ? data.allowed : data.denied,
        steps,
        needs: byMask ? fill(allowed ? data.needed : data.missing) : "",
      };
    },
  };
  const methods = (data.methods ?? []).map((name) => ({ name }));
  // A row of a list is [path, kind, cells]; a cell [rights, is by ownership, answers for each method];
  // an answer [question, whether allowed, steps], all of them numbers of texts.
  const ocf = {
    group: (row) => row[1],
    groupName: () => "",
    path: (row) => row[0],
    name: (row) => row[1],
    words: (row) => row[0],
    isGone: () => false,
    isNew: () => false,
    possible: () => bits,
    // Of several rights any is enough, so that it is methods that are asked about.
    operations: () => methods,
    ac: () => "",
    owner: () => null,
    cell(row, column) {
      const [rights, owns] = row[2][column.place];
      return { rights, owns: owns === 1, before: null, isDefault: false, rule: "" };
    },
    explain(row, column, it) {
      const [question, allowed, steps] = row[2][column.place][2][methods.indexOf(it)];
      return {
        question: data.texts[question],
        allowed: allowed === 1,
        answer: allowed === 1 ? data.allowed : data.denied,
        steps: steps.map((text, place) => ({ text: data.texts[text], decides: place === steps.length - 1 })),
        needs: "",
      };
    },
  };
  const model = isOcf ? ocf : lwm2m;
  const ownerName = (key) => (key === null ? "" : key === 65535 ? "bootstrap" : byKey.get(key)?.title ?? `server ${key}`);
  const byKey = new Map(columns.map((column) => [column.key, column]));
  const rowWord = isOcf ? "resource" : "target";

  // ---- Marks --------------------------------------------------------------------------------

  const mark = (row, cell) => {
    const source = cell.owns ? "as-owner" : cell.isDefault ? "as-default" : "own";
    const letters = model.possible(row).map((it) => {
      const has = (cell.rights & it.bit) !== 0;
      const had = cell.before === null ? has : (cell.before & it.bit) !== 0;
      if (has) return el("i", { class: had ? source : `${source} gained` }, it.letter);
      return had ? el("i", { class: "lost" }, it.letter) : el("i", { class: "no" }, "·");
    });
    const made = el("span", { class: "mark", "aria-hidden": "true" }, ...letters);
    if (cell.owns) made.append(el("span", { class: "tag" }, isOcf ? "own" : "★"));
    if (cell.isDefault && cell.rights) made.append(el("span", { class: "tag d" }, "d"));
    return made;
  };
  const spoken = (row, column, cell) => {
    const list = (mask) => model.possible(row).filter((it) => mask & it.bit).map((it) => it.name).join(", ");
    const parts = [`${column.words} on ${model.words(row)}: ${list(cell.rights) || "nothing"}`];
    if (cell.owns) parts.push("owner");
    if (cell.isDefault && cell.rights) parts.push("by the default entry");
    if (cell.before !== null) {
      const [gained, lost] = [cell.rights & ~cell.before, cell.before & ~cell.rights].map(list);
      if (gained) parts.push(`gained ${gained}`);
      if (lost) parts.push(`lost ${lost}`);
    }
    return parts.join("; ");
  };

  // ---- What is shown ------------------------------------------------------------------------

  const rows = data.rows;
  const all = rows.map((_, place) => place);
  let shown = all;
  let shownColumns = [];
  let leftOut = 0;
  let chosen = null;
  const wanted = new Set();

  const chooseColumns = () => {
    const words = id("server").value.toLowerCase().split(/[\s,]+/).filter(Boolean);
    const fits = (column) =>
      words.some((word) => String(column.key).toLowerCase() === word || column.title.toLowerCase().includes(word));
    const found = words.length ? columns.filter(fits) : columns;
    leftOut = Math.max(0, found.length - MOST_COLUMNS);
    shownColumns = found.slice(0, MOST_COLUMNS);
    if (data.others !== null && !words.length) shownColumns.push(OTHERS);
    return words.length > 0;
  };
  const filter = () => {
    const byServer = chooseColumns();
    const words = id("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const group = id("object").value;
    let mask = 0;
    for (const bit of wanted) mask |= bit;
    const fits = (place) => {
      const row = rows[place];
      if (group !== "" && String(model.group(row)) !== group) return false;
      if (words.length) {
        const text = `${model.path(row)} ${model.name(row)} ${model.ac(row)} ${ownerName(model.owner(row))}`.toLowerCase();
        if (!words.every((word) => text.includes(word))) return false;
      }
      if (mask || byServer) {
        // A right, if one is asked for; else that there is any, or was.
        const may = (column) => {
          const cell = model.cell(row, column);
          return mask ? (cell.rights & mask) === mask : cell.owns || (cell.rights | (cell.before ?? 0)) !== 0;
        };
        if (!shownColumns.some(may)) return false;
      }
      return true;
    };
    shown = (chosen ?? all).filter(fits);
    const of = shown.length === rows.length ? "" : ` of ${number(rows.length)}`;
    let text = `${number(shown.length)}${of} ${rowWord}${rows.length === 1 ? "" : "s"}`;
    if (leftOut) text += `; ${number(shownColumns.length - (byServer ? 0 : 1))} of ${number(columns.length)} servers: name the ones to see under “Servers”`;
    if (byServer && !shownColumns.length) text += "; no server of this name";
    id("count").textContent = text;
    active.row = Math.min(active.row, Math.max(0, shown.length - 1));
    active.column = Math.min(active.column, Math.max(0, shownColumns.length - 1));
    head();
    id("scroller").scrollTop = 0;
    draw(true);
  };

  // ---- The matrix: only rows in view are made --------------------------------------------------

  const active = { row: 0, column: 0 };
  let selected = null;
  let drawn = [-1, -1];
  let isPrinting = false;

  const head = () => {
    const cells = [el("th", { class: "target", scope: "col" }, isOcf ? "Resource" : "Target")];
    if (!isOcf) {
      cells.push(el("th", { class: "ac", scope: "col", title: "Access Control instance" }, "AC"));
      cells.push(el("th", { class: "owner", scope: "col" }, "Owner"));
    }
    for (const column of shownColumns) {
      const sub = column.sub ? el("span", { class: "sub" }, column.sub) : null;
      cells.push(el("th", { class: "cell", scope: "col", title: column.words }, column.title, sub));
    }
    id("grid-head").replaceChildren(el("tr", { role: "row", "aria-rowindex": 1 }, ...cells));
    id("grid").setAttribute("aria-rowcount", shown.length + 1);
    id("grid").setAttribute("aria-colcount", cells.length);
  };
  const makeRow = (place) => {
    const row = rows[shown[place]];
    const name = model.name(row);
    const made = el(
      "tr",
      { role: "row", "aria-rowindex": place + 2, class: model.isGone(row) ? "gone" : null },
      el(
        "th",
        { class: "target", scope: "row", role: "rowheader", title: `${model.words(row)} ${name}` },
        el("span", { class: "path" }, model.path(row)),
        name ? el("span", { class: "name" }, name) : null,
        model.isNew(row) ? el("span", { class: "name" }, "new") : null,
        model.isGone(row) ? el("span", { class: "name" }, "gone") : null,
      ),
    );
    if (!isOcf) {
      made.append(el("td", { class: "ac", role: "gridcell" }, model.ac(row)));
      made.append(el("td", { class: "owner", role: "gridcell", title: ownerName(model.owner(row)) }, ownerName(model.owner(row))));
    }
    shownColumns.forEach((column, at) => {
      const cell = model.cell(row, column);
      const isSelected = selected !== null && selected.row === shown[place] && selected.column === column;
      made.append(
        el(
          "td",
          {
            class: "cell",
            role: "gridcell",
            tabindex: place === active.row && at === active.column ? 0 : -1,
            "aria-label": spoken(row, column, cell),
            "aria-selected": String(isSelected),
            "data-row": place,
            "data-column": at,
          },
          mark(row, cell),
        ),
      );
    });
    return made;
  };
  const spacer = (height) => {
    const cell = el("td", { colspan: shownColumns.length + 3 });
    cell.style.height = `${height}px`;
    return el("tr", { class: "spacer", "aria-hidden": "true", role: "presentation" }, cell);
  };
  const draw = (force = false) => {
    const scroller = id("scroller");
    const height = scroller.clientHeight || 600;
    let first = Math.max(0, Math.floor(scroller.scrollTop / ROW) - 12);
    let last = Math.min(shown.length, Math.ceil((scroller.scrollTop + height) / ROW) + 12);
    if (isPrinting) [first, last] = [0, Math.min(shown.length, MOST_PRINTED)];
    if (!force && first === drawn[0] && last === drawn[1]) return;
    drawn = [first, last];
    const focused = document.activeElement;
    const hadFocus = focused instanceof HTMLElement && focused.closest("#grid-body") !== null;
    const made = [];
    if (first > 0) made.push(spacer(first * ROW));
    for (let place = first; place < last; place += 1) made.push(makeRow(place));
    if (last < shown.length && !isPrinting) made.push(spacer((shown.length - last) * ROW));
    if (isPrinting && last < shown.length) {
      const rest = `… and ${number(shown.length - last)} more, not printed: filter for what is needed`;
      made.push(el("tr", {}, el("td", { colspan: shownColumns.length + 3 }, rest)));
    }
    if (!shown.length) {
      made.push(el("tr", {}, el("td", { colspan: shownColumns.length + 3 }, rows.length ? `No ${rowWord} fits the filters.` : data.nothing)));
    }
    id("grid-body").replaceChildren(...made);
    const cell = square(active.row, active.column);
    // Out of view, the scroller takes the keys.
    id("scroller").tabIndex = cell ? -1 : 0;
    if (hadFocus) (cell ?? scroller).focus({ preventScroll: true });
  };
  const square = (row, column) => id("grid-body").querySelector(`[data-row="${row}"][data-column="${column}"]`);
  const go = (row, column) => {
    if (!shown.length || !shownColumns.length) return;
    active.row = Math.max(0, Math.min(shown.length - 1, row));
    active.column = Math.max(0, Math.min(shownColumns.length - 1, column));
    const scroller = id("scroller");
    const top = active.row * ROW;
    const room = scroller.clientHeight - id("grid-head").offsetHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + ROW > scroller.scrollTop + room) scroller.scrollTop = top + ROW - room;
    draw(true);
    const cell = square(active.row, active.column);
    cell?.focus({ preventScroll: true });
    const left = id("grid-head").querySelector(".target").offsetWidth;
    if (cell && cell.offsetLeft - left < scroller.scrollLeft) scroller.scrollLeft = cell.offsetLeft - left;
    else if (cell && cell.offsetLeft + cell.offsetWidth > scroller.scrollLeft + scroller.clientWidth) {
      scroller.scrollLeft = cell.offsetLeft + cell.offsetWidth - scroller.clientWidth;
    }
  };
  id("scroller").addEventListener("scroll", () => requestAnimationFrame(() => draw()));
  window.addEventListener("resize", () => draw());
  window.addEventListener("beforeprint", () => {
    isPrinting = true;
    draw(true);
  });
  window.addEventListener("afterprint", () => {
    isPrinting = false;
    draw(true);
  });
  id("scroller").addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(id("scroller").clientHeight / ROW) - 2);
    const { row, column } = active;
    const moves = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      PageUp: [row - page, column],
      PageDown: [row + page, column],
      Home: event.ctrlKey ? [0, 0] : [row, 0],
      End: event.ctrlKey ? [shown.length - 1, shownColumns.length - 1] : [row, shownColumns.length - 1],
    };
    if (event.key in moves) {
      event.preventDefault();
      go(...moves[event.key]);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(active.row, active.column, true);
    } else if (event.key === "Escape" && selected) close();
  });
  id("grid-body").addEventListener("click", (event) => {
    const cell = event.target.closest("td.cell");
    if (!cell) return;
    active.row = Number(cell.dataset.row);
    active.column = Number(cell.dataset.column);
    open(active.row, active.column, false);
  });

  // ---- The steps of a decision -----------------------------------------------------------------

  const open = (place, at, byKey) => {
    if (!shown.length || !shownColumns.length) return;
    selected = { row: shown[place], column: shownColumns[at] };
    const possible = model.operations(rows[selected.row]);
    selected.right = possible.includes(selected.right) ? selected.right : possible[0];
    detail();
    id("detail").hidden = false;
    draw(true);
    if (byKey) id("detail-title").focus();
    else square(place, at)?.focus({ preventScroll: true });
  };
  const detail = () => {
    const row = rows[selected.row];
    const explain = (it) => model.explain(row, selected.column, it);
    id("detail-operations").replaceChildren(
      ...model.operations(row).map((it) =>
        el(
          "button",
          {
            type: "button",
            class: explain(it).allowed ? "yes" : "no",
            "aria-pressed": String(it === selected.right),
            onclick: () => {
              selected.right = it;
              detail();
              id("detail-operations").querySelector('[aria-pressed="true"]').focus();
            },
          },
          it.name,
        ),
      ),
    );
    const found = explain(selected.right);
    id("detail-title").textContent = found.question;
    id("detail-answer").textContent = found.answer;
    id("detail-answer").className = found.allowed ? "yes" : "no";
    id("detail-steps").replaceChildren(
      ...found.steps.map((step) => el("li", { class: step.decides ? "decides" : null }, step.text)),
    );
    id("detail-needs").textContent = found.needs;
  };
  const close = () => {
    selected = null;
    id("detail").hidden = true;
    draw(true);
    go(active.row, active.column);
  };
  id("detail-close").addEventListener("click", close);
  id("detail").addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  // ---- The other parts ---------------------------------------------------------------------------

  // [first, last, first, last …] of rows
  const choose = (text, ranges) => {
    chosen = [];
    for (let at = 0; at < ranges.length; at += 2) {
      for (let place = ranges[at]; place <= ranges[at + 1]; place += 1) chosen.push(place);
    }
    id("chosen-text").textContent = text;
    id("chosen").hidden = false;
    reset();
    filter();
    id("matrix").scrollIntoView();
    id("matrix-title").tabIndex = -1;
    id("matrix-title").focus({ preventScroll: true });
  };
  const reset = () => {
    id("search").value = "";
    id("server").value = "";
    id("object").value = "";
    wanted.clear();
    toggles();
  };
  const toggles = () => {
    id("rights").replaceChildren(
      ...bits.map((it) =>
        el(
          "button",
          {
            type: "button",
            "aria-pressed": String(wanted.has(it.bit)),
            "aria-label": it.name,
            title: it.name,
            onclick: () => {
              if (!wanted.delete(it.bit)) wanted.add(it.bit);
              toggles();
              [...id("rights").children][bits.indexOf(it)].focus();
              filter();
            },
          },
          it.letter,
        ),
      ),
    );
  };
  const short = (text) => (text.length > 240 ? `${text.slice(0, 240)}…` : text);
  // Where it is; a click shows these rows alone.
  const chooser = (text, at, ranges) => {
    if (!at) return null;
    if (!ranges.length) return el("span", { class: "at" }, short(at));
    return el("button", { type: "button", class: "at", title: "Show in the matrix", onclick: () => choose(text, ranges) }, short(at));
  };

  id("source").textContent = data.source;
  const tell = (name, text, isWarning) => {
    const [first, ...rest] = text.split(" ");
    id("parts").append(el("a", { href: `#${name}`, class: isWarning ? "warn" : null }, el("b", {}, first), ` ${rest.join(" ")}`));
  };

  const groups = [...new Set(rows.map(model.group))];
  id("object-label").textContent = isOcf ? "Kind" : "Object";
  id("server-label").textContent = isOcf ? "Subjects" : "Servers";
  const option = (value, text) => el("option", { value }, text);
  id("object").append(option("", "all"));
  for (const group of groups) {
    id("object").append(option(group, isOcf ? group : `/${group} ${model.groupName(group)}`.trim()));
  }

  tell("matrix", count(rows.length, rowWord));
  tell("matrix", count(columns.length, isOcf ? "subject" : "server"));
  const warnings = data.findings.filter(([level]) => level === "warning").length;
  if (warnings) tell("findings", count(warnings, "warning"), true);

  // By Object: whether a server may do it on all of its Instances, some, or none.
  if (!isOcf && groups.length > 1 && rows.length > 12) {
    chooseColumns();
    const most = 200;
    const totals = new Map(groups.slice(0, most).map((oid) => [oid, { of: 0, creation: 0, counts: shownColumns.map(() => [0, 0, 0, 0, 0]) }]));
    for (const row of rows) {
      const total = totals.get(row[0]);
      if (!total || model.isGone(row)) continue;
      if (row[1] < 0) total.creation += 1;
      else total.of += 1;
      shownColumns.forEach((column, at) => {
        const { rights } = inVerdict(verdict(row[4]), column.key);
        bits.forEach((it, place) => {
          if (rights & it.bit) total.counts[at][place] += 1;
        });
      });
    }
    const headings = shownColumns.map((column) => el("th", { scope: "col", title: column.words }, column.title));
    id("overview-table").append(
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Object"), el("th", { scope: "col" }, "Instances"), ...headings)),
    );
    const body = el("tbody");
    for (const [oid, total] of totals) {
      const pick = () => {
        reset();
        id("object").value = String(oid);
        filter();
        id("matrix").scrollIntoView();
      };
      const cells = total.counts.map((counts) => {
        const said = [];
        const letters = bits.map((it, place) => {
          const of = it.bit === 16 ? total.creation : total.of;
          const has = counts[place];
          if (has) said.push(has === of ? it.name : `${it.name} on ${has} of ${of}`);
          if (!has) return el("i", { class: "no" }, "·");
          return el("i", { class: has === of ? "own" : "own part", title: `${it.name}: ${number(has)} of ${number(of)}` }, it.letter);
        });
        return el("td", { "aria-label": said.join(", ") || "nothing" }, el("span", { class: "mark", "aria-hidden": "true" }, ...letters));
      });
      body.append(
        el(
          "tr",
          {},
          el(
            "th",
            { scope: "row" },
            el("button", { type: "button", onclick: pick, title: "Show its targets" }, el("span", { class: "path" }, `/${oid}`), el("span", { class: "name" }, model.groupName(oid))),
          ),
          el("td", {}, number(total.of)),
          ...cells,
        ),
      );
    }
    id("overview-table").append(body);
    const more = groups.length > most ? ` The first ${most} of ${number(groups.length)} Objects.` : "";
    id("overview-lead").textContent = `Filled: on all Instances; outlined: on some.${more}`;
    id("overview").hidden = false;
  }

  if (data.before !== null) {
    const gained = data.changes.some(([, steps]) => steps.some(([isGain]) => isGain === 1));
    id("changes-lead").textContent = `Since ${data.before}: ${data.changes.length ? (gained ? "somebody gained something." : "nobody gained anything.") : "nobody gained or lost anything."}`;
    for (const [who, steps] of data.changes) {
      const card = el("div", { class: "card" }, el("h3", {}, who));
      for (const [isGain, what, at, ranges] of steps) {
        const where = chooser(`${who} ${what} ${short(at)}`, at, ranges);
        card.append(el("p", {}, el("span", { class: isGain ? "gained" : "lost" }, what), " ", where));
      }
      id("changes-list").append(card);
    }
    id("changes").hidden = false;
    tell("changes", count(data.changes.length, "change"), gained);
  }

  for (const [level, title, message, at, ranges] of data.findings) {
    const text = message ? `${title}: ${message}` : title;
    id("findings-list").append(
      el(
        "div",
        { class: `card ${level}` },
        el("h3", {}, `${level === "warning" ? "⚠ " : ""}${title}`),
        message ? el("p", {}, message) : null,
        at ? el("p", {}, chooser(text, at, ranges)) : null,
      ),
    );
  }
  id("findings-lead").textContent = data.findings.length
    ? `${count(warnings, "warning")}, ${count(data.findings.length - warnings, "note")}.`
    : "Nothing: every right counts, and every target can be reached.";

  if (data.owners.length) {
    id("owners-table").append(
      el("thead", {}, el("tr", {}, ...["Owner", "Targets", "Which", "Could give itself"].map((text) => el("th", { scope: "col" }, text)))),
    );
    const body = el("tbody");
    for (const [who, of, at, more] of data.owners) {
      body.append(
        el("tr", {}, el("th", { scope: "row" }, who), el("td", {}, number(of)), el("td", { class: "at" }, short(at)), el("td", { class: "at" }, more || "nothing more")),
      );
    }
    id("owners-table").append(body);
    id("owners").hidden = false;
    tell("owners", count(data.owners.length, "owner"));
  }

  const sample = (kind, text) => el("span", {}, el("span", { class: "mark", "aria-hidden": "true" }, kind), text);
  const letter = (kind, text) => el("i", { class: kind }, text);
  const legend = id("legend");
  legend.append(...bits.map((it) => el("span", {}, el("b", {}, it.letter), ` ${it.name}`)));
  legend.append(sample(letter("own", bits[0].letter), isOcf ? "allowed" : "own entry"));
  if (isOcf) legend.append(sample(el("span", { class: "tag" }, "own"), "owns the resource"));
  else {
    legend.append(sample(letter("as-owner", bits[0].letter), "★ the owner"));
    legend.append(sample(letter("as-default", bits[0].letter), "d by the default entry"));
  }
  if (data.before !== null) {
    legend.append(sample(letter("own gained", bits[0].letter), "gained"));
    legend.append(sample(letter("lost", bits[0].letter), "lost"));
  }

  for (const name of ["search", "server"]) id(name).addEventListener("input", filter);
  id("object").addEventListener("change", filter);
  id("filters").addEventListener("submit", (event) => event.preventDefault());
  id("clear").addEventListener("click", () => {
    reset();
    filter();
  });
  id("chosen-clear").addEventListener("click", () => {
    chosen = null;
    id("chosen").hidden = true;
    filter();
  });
  toggles();
  filter();
  document.documentElement.dataset.ready = "yes";
})();
