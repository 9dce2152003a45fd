// On a narrow screen only the first part of a long page is open, unless a link leads into another.
if (window.innerWidth <= 600) {
  document.querySelectorAll("details.part").forEach(function (part, at) {
    part.open = at === 0 || Boolean(location.hash && part.querySelector(location.hash));
  });
}

// What scrolls can be reached by the keyboard.
function reachable() {
  document.querySelectorAll(".scroll").forEach(function (part) {
    var scrolls = part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight;
    if (scrolls) part.tabIndex = 0; else part.removeAttribute("tabindex");
  });
}
window.addEventListener("resize", reachable);

// On a narrow screen a row of a table becomes a card whose cells say what they are; without scripts tables scroll sideways.
document.querySelectorAll(".scroll > table").forEach(function (table) {
  if (!table.tHead || table.tHead.rows.length !== 1) return;
  var titles = Array.from(table.tHead.rows[0].cells).map(function (cell) { return cell.textContent; });
  table.classList.add("stack");
  Array.from(table.tBodies).forEach(function (body) {
    Array.from(body.rows).forEach(function (row) {
      Array.from(row.cells).forEach(function (cell, at) { cell.dataset.label = titles[at] || ""; });
    });
  });
});
// Filtering the rows of one table by what is typed. Without scripts the box stays hidden and the page is whole.
document.querySelectorAll("input[data-filter]").forEach(function (box) {
  var rows = Array.from(document.getElementById(box.dataset.filter).tBodies[0].rows);
  var count = document.querySelector('[data-count="' + box.dataset.filter + '"]');
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  box.closest(".filter").hidden = false;
  box.addEventListener("input", function () {
    var words = box.value.trim().toLowerCase().split(/\s+/);
    var shown = 0;
    rows.forEach(function (row, index) {
      var hit = words.every(function (word) { return texts[index].indexOf(word) >= 0; });
      row.hidden = !hit;
      shown += hit;
    });
    count.textContent = box.value.trim() ? shown + " / " + rows.length + " 条" : "";
  });
});
reachable();
