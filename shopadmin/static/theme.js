// In <head> without defer, so that nothing flashes: settles "auto", the side bar's width, and that scripts run.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const settle = () => {
    if (root.dataset.themeChoice === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  settle();
  dark.addEventListener("change", settle);
  try {
    root.classList.toggle("narrow-side", localStorage.getItem("side") === "narrow");
  } catch {
    // storage may be switched off; the wide side bar is the default
  }
})();
