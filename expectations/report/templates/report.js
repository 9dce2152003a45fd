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
