"use strict";
(() => {
  // -- small helpers -------------------------------------------------------------------

  /** Make an element. Texts go in as text, never as markup: they come from the target. */
  function make(tag, name, ...children) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...children);
    return element;
  }

  // -- commands that can be copied -----------------------------------------------------

  async function copy(text) {
    if (navigator.clipboard) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch { /* not allowed here: the old way below */ }
    }
    const area = make("textarea", "hidden");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }

  function addCopyButton(box) {
    const button = make("button", "copy", "Copy");
    button.type = "button";
    button.setAttribute("aria-label", `Copy the command ${box.firstElementChild.textContent}`);
    box.firstElementChild.tabIndex = 0;
    button.addEventListener("click", async () => {
      const done = await copy(box.firstElementChild.textContent);
      button.textContent = done ? "Copied" : "Failed";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    box.append(button);
  }

  // -- exchanges: inflated when they are asked for -------------------------------------

  const chunks = new Map();

  async function inflate(number) {
    const text = document.getElementById(`evidence-${number}`).textContent;
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  function chunk(number) {
    if (!chunks.has(number)) chunks.set(number, inflate(number));
    return chunks.get(number);
  }

  async function fill(box) {
    const target = make("div", "exchange-list", "…");
    box.append(target);
    try {
      const all = await chunk(box.dataset.chunk);
      const check = all.checks[box.dataset.key];
      const told = box.closest("tr") ? contrast(check) : [];
      target.replaceChildren(...told, ...parts(check, all.exchanges));
    } catch (error) {
      target.replaceChildren(make("p", "warn", `This browser cannot unpack the exchange (${error}). The command below prints it.`));
    }
  }

  /** What a failure without a card of its own tells: expected, actual, and how to reproduce it. */
  function contrast(check) {
    const facts = make("dl", "facts");
    for (const [path, expected, actual] of check.members ?? []) {
      facts.append(make("dt", "", path), make("dd", "", `expected ${expected}, `, make("span", "got", `got ${actual}`)));
    }
    for (const name of ["expected", "actual"]) {
      if (check[name] && !check.members?.length) facts.append(make("dt", "", name), make("dd", name === "actual" ? "got" : "", check[name]));
    }
    const command = make("div", "command", make("code", "", check.repro));
    addCopyButton(command);
    return [facts, command];
  }

  function parts(check, exchanges) {
    const prepared = check.preparations.map(([name, list]) => {
      const fold = make("details", "fold preparation", make("summary", "", `Prepared before: ${name} (${list.length})`));
      fold.append(...list.map((index, place) => exchange(exchanges[index], place + 1, false, false)));
      return fold;
    });
    const decides = check.deciding ?? check.exchanges.length - 1;
    const beside = check.counterparts.map(([binding, list]) => {
      const fold = make("details", "fold counterpart", make("summary", "", `The same over ${binding}, where it holds`));
      fold.open = true;
      fold.append(...list.map((index, place) => exchange(exchanges[index], place + 1, true, false)));
      return fold;
    });
    return [...prepared, ...check.exchanges.map((index, place) => exchange(exchanges[index], place + 1, place === decides, place === check.deciding)), ...beside];
  }

  /** Show an exchange; the one that decided is open, and says so. */
  function exchange(what, place, open, deciding) {
    const box = make("details", deciding ? "exchange deciding" : "exchange");
    box.open = open;
    const failed = what.grpc !== "OK" || !succeeded(what.response);
    const answer = make("span", failed ? "answer bad" : "answer", outcome(what));
    const time = make("span", "time", `${(what.seconds * 1000).toFixed(1)} ms`);
    box.append(make("summary", "", make("span", "place", `${place}`), make("b", "", what.rpc), ...(deciding ? [make("span", "mark", "decided")] : []), answer, time));
    const details = what.details ? [make("p", "why", what.details)] : [];
    box.append(...details, make("div", "sides", side("Request", what.request), side("Response", what.response)));
    return box;
  }

  function status(response) {
    if (!response || typeof response !== "object") return {};
    return typeof response.status === "object" && response.status ? response.status : response;
  }

  function succeeded(response) {
    const found = status(response);
    return !found.code && (!found.error_code || found.error_code === "Success");
  }

  function outcome(what) {
    return what.http ? `${what.http.request}: HTTP ${what.http.status || "nothing"}, ${told(what)}` : told(what);
  }

  function told(what) {
    if (what.grpc !== "OK") return `gRPC ${what.grpc}`;
    if (!what.response) return "gRPC OK, an answer that cannot be parsed";
    if (succeeded(what.response)) return "gRPC OK";
    const found = status(what.response);
    return `gRPC OK, code ${found.code ?? 0}${found.error_code ? `, ${found.error_code}` : ""}`;
  }

  function side(title, value) {
    const text = make("pre", "json", ...coloured(JSON.stringify(value, null, 2) ?? "none"));
    text.tabIndex = 0;
    text.setAttribute("aria-label", title);
    return make("div", "side", make("h5", "", title), text);
  }

  /** Colour JSON: keys, texts, numbers; everything else stays as it is. */
  function coloured(text) {
    const found = [];
    const token = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b/g;
    let end = 0;
    for (const match of text.matchAll(token)) {
      found.push(text.slice(end, match.index));
      const name = match[2] ? "key" : match[1] ? "text" : "value";
      found.push(make("span", name, match[1] ?? match[0]), match[2] ?? "");
      end = match.index + match[0].length;
    }
    found.push(text.slice(end));
    return found;
  }

  // -- the table of clauses ------------------------------------------------------------

  const groups = [...document.querySelectorAll("details.group")];
  let readRows = null;

  /** Read the rows when somebody first asks for some of them: there may be thousands. */
  function rows() {
    readRows ??= groups.flatMap((group) => [...group.querySelectorAll("tbody tr")].map((row) => ({
      row,
      group,
      block: row.closest(".block"),
      text: row.textContent.toLowerCase(),
      state: row.cells[0].textContent,
      rpc: row.cells[2].textContent,
      level: row.cells[3].textContent,
    })));
    return readRows;
  }

  function counted(shown, all) {
    const of = `${all} ${all === 1 ? "row" : "rows"}`;
    return shown === all ? of : `${shown} of ${of}`;
  }

  /** Show the rows that fit, and the blocks and groups that have any. */
  function showRows(fits) {
    const shown = new Map();
    const all = new Map();
    for (const each of rows()) {
      const fit = fits(each);
      each.row.hidden = !fit;
      for (const box of [each.block, each.group]) {
        shown.set(box, (shown.get(box) ?? 0) + fit);
        all.set(box, (all.get(box) ?? 0) + 1);
      }
    }
    for (const [box, count] of shown) box.hidden = !count;
    for (const group of groups) group.querySelector("summary small").textContent = counted(shown.get(group), all.get(group));
    return groups.reduce((sum, group) => sum + shown.get(group), 0);
  }

  function setUpFilter(form) {
    const output = document.querySelector("#h-clauses output");
    let before = null;

    /** Unfold what is found; when nothing is asked for any more, fold it as it was. */
    function unfold(asked) {
      before ??= groups.map((group) => group.open);
      groups.forEach((group, place) => { group.open = asked || before[place]; });
      if (!asked) before = null;
    }

    function apply() {
      const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = ["state", "rpc", "level"].filter((name) => form.elements[name].value);
      const count = showRows((each) => words.every((word) => each.text.includes(word))
        && chosen.every((name) => form.elements[name].value === each[name]));
      unfold(words.length + chosen.length > 0);
      output.textContent = counted(count, rows().length);
      document.getElementById("nothing").hidden = count > 0 || groups.length === 0;
    }

    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    document.querySelectorAll("table.matrix a").forEach((link) => link.addEventListener("click", () => {
      form.reset();
      form.elements.rpc.value = link.dataset.rpc;
      form.elements.level.value = link.dataset.level;
      setTimeout(apply);
    }));
    if (form.elements.text.value || [...form.querySelectorAll("select")].some((each) => each.value)) apply();  // kept by the browser
  }

  // -- failures: closed until somebody asks for one, or for all ---------------------------

  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
  }

  function setUpClauses() {
    const clauses = [...document.querySelectorAll("details.clause")];
    document.addEventListener("click", (event) => {
      if (event.target.closest("a[href^='#']")) setTimeout(openTarget);
    });
    addEventListener("hashchange", openTarget);
    addEventListener("beforeprint", () => [...clauses, ...groups].forEach((each) => { each.open = true; }));
    openTarget();
    if (clauses.length < 2) return;
    const button = make("button", "", "");
    const name = () => { button.textContent = clauses.every((each) => each.open) ? "Close all" : "Open all"; };
    button.type = "button";
    button.addEventListener("click", () => {
      const open = !clauses.every((each) => each.open);
      clauses.forEach((each) => { each.open = open; });
      name();
    });
    clauses.forEach((each) => each.addEventListener("toggle", name));
    document.getElementById("h-failures").append(button);
    name();
  }

  setUpClauses();
  document.querySelectorAll(".command").forEach(addCopyButton);
  document.addEventListener("toggle", ({ target: box }) => {
    if (box.matches("details.exchanges") && box.open && box.childElementCount === 1) fill(box);
  }, true);
  setUpFilter(document.getElementById("filter"));
})();
