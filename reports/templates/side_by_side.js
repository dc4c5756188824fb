"use strict";
(() => {
  const told = JSON.parse(document.getElementById("told").textContent);
  const tip = document.getElementById("tip");
  const grids = [...document.querySelectorAll(".grid")];

  // -- what a cell says, for those who point at it and for those who go there with the keyboard --------

  /** Say whose cell it is, of what, what it came to and how it fails. */
  function words(cell) {
    const row = cell.parentElement;
    const name = row.cells[0].querySelector("code").textContent;
    const column = cell.closest("table").tHead.rows[0].cells[cell.cellIndex].textContent;
    const what = cell.dataset.t === undefined ? "not asked for, or no promise of that profile" : told[cell.dataset.t];
    return `${name} on ${column}: ${what}`;
  }

  function show(cell) {
    tip.textContent = words(cell);
    tip.hidden = false;
    const box = cell.getBoundingClientRect();
    const below = box.bottom + 6 + tip.offsetHeight < innerHeight;
    tip.style.top = `${below ? box.bottom + 6 : Math.max(4, box.top - 6 - tip.offsetHeight)}px`;
    tip.style.left = `${Math.max(4, Math.min(box.left, innerWidth - tip.offsetWidth - 8))}px`;
  }

  function hide() { tip.hidden = true; }

  // -- from cell to cell -------------------------------------------------------------------------------

  const isShown = (row) => !row.hidden && !row.closest(".block").hidden && row.closest("details").open && !row.closest("details").hidden;

  /** Go to a cell: one alone of a table is reached by Tab. */
  function go(grid, cell) {
    grid.querySelectorAll("td[tabindex]").forEach((each) => each.removeAttribute("tabindex"));
    cell.tabIndex = 0;
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    show(cell);
  }

  function next(grid, from, key) {
    const rows = [...grid.querySelectorAll(".block tbody tr")].filter(isShown);
    if (!rows.length) return null;
    if (!from) return rows[0].cells[1];
    const place = rows.indexOf(from.parentElement);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    const row = rows[Math.max(0, Math.min(rows.length - 1, place + (steps[key] ?? 0)))];
    const last = row.cells.length - 1;
    const columns = { ArrowRight: from.cellIndex + 1, ArrowLeft: from.cellIndex - 1, Home: 1, End: last };
    return row.cells[Math.max(1, Math.min(last, columns[key] ?? from.cellIndex))];
  }

  for (const grid of grids) {
    grid.addEventListener("keydown", (event) => {
      const from = event.target.closest("td");
      if (event.key === "Escape") { hide(); return; }
      const known = ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "PageDown", "PageUp", "Home", "End"];
      if (!known.includes(event.key) || (!from && event.target !== grid)) return;
      const cell = next(grid, from, event.key);
      if (!cell) return;
      event.preventDefault();
      go(grid, cell);
    });
    grid.addEventListener("mouseover", (event) => {
      const cell = event.target.closest(".block td");
      if (cell) show(cell); else hide();
    });
    grid.addEventListener("mouseleave", hide);
    grid.addEventListener("click", (event) => {
      const cell = event.target.closest(".block td");
      if (cell) go(grid, cell);
    });
    grid.addEventListener("focusin", (event) => { if (event.target.matches("td")) show(event.target); });
    grid.addEventListener("focusout", hide);
  }

  // -- filters -----------------------------------------------------------------------------------------

  const form = document.getElementById("filter");
  let read = null;

  /** Read the rows when somebody first asks for some of them: there may be thousands. */
  function rows() {
    read ??= [...document.querySelectorAll(".block tbody tr")].map((row) => ({
      row,
      boxes: [row.closest(".block"), row.closest("details")],
      text: row.cells[0].textContent.toLowerCase(),
      must: row.cells[0].querySelector("small").textContent.endsWith("must"),
      same: row.classList.contains("same"),
      promise: row.closest("section").querySelector("#h-promises") !== null,
    }));
    return read;
  }

  function apply() {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const differences = form.elements.differences.checked;
    const must = form.elements.must.checked;
    const counts = new Map();
    const all = new Map();
    let found = 0;
    let promises = 0;
    for (const each of rows()) {
      const fits = words.every((word) => each.text.includes(word)) && !(differences && each.same) && !(must && !each.must);
      each.row.hidden = !fits;
      for (const box of each.boxes) {
        counts.set(box, (counts.get(box) ?? 0) + fits);
        all.set(box, (all.get(box) ?? 0) + 1);
      }
      found += fits && each.promise;
      promises += each.promise;
    }
    for (const [box, count] of counts) {
      box.hidden = !count;
      if (box.matches("details")) box.querySelector("summary small").textContent = count === all.get(box) ? `${count} rows` : `${count} of ${all.get(box)} rows`;
    }
    form.querySelector("output").textContent = `${found} of ${promises} promises`;
    document.getElementById("nothing").hidden = found > 0;
    hide();
  }

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("scroll", () => {
    if (document.activeElement.matches(".block td")) show(document.activeElement); else hide();
  }, { passive: true, capture: true });
  apply();
})();
