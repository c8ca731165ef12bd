// What the theme leaves open for who uses no mouse: what scrolls aside is reached by the keyboard, and lists have names.
const wide = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll("pre, .table-wrapper, .picture, .states").forEach((one) => wide.observe(one));
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "Pages of this site");
document.querySelector(".toc-drawer")?.setAttribute("aria-label", "Sections of this page");
