// Conveniences only: every page works without this file.
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const one = (selector, from = document) => from.querySelector(selector);
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const target = event.target instanceof Element && event.target.closest(selector);
      if (target) act(event, target);
    });
  const say = (text) => {
    const live = one("#live");
    if (live) live.textContent = text;
  };
  const fetchText = async (url) => {
    const answer = await fetch(url, { headers: { "X-Requested-With": "fragment" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer.text();
  };

  // Theme: shown at once, kept by the form's own POST.
  on("submit", "form[data-theme-form]", (event, form) => {
    event.preventDefault();
    const choice = event.submitter.value;
    root.dataset.themeChoice = choice;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.bsTheme = choice === "auto" ? (dark ? "dark" : "light") : choice;
    all("button", form).forEach((button) => button.setAttribute("aria-pressed", String(button === event.submitter)));
    const data = new FormData(form);
    data.set(event.submitter.name, choice);
    fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
  });

  // Side bar: on a low screen the entry of this page may lie below its lower edge.
  const here = one(".sidebar [aria-current]");
  if (here) {
    const side = here.closest(".sidebar");
    const edge = side.getBoundingClientRect().bottom - (one(".sidebar-foot", side)?.offsetHeight ?? 0);
    const hidden = here.getBoundingClientRect().bottom - edge;
    if (hidden > 0) side.scrollTop += hidden + 8;
  }

  // Side bar: width on wide screens, open or closed on narrow ones.
  on("click", "[data-side-toggle]", () => {
    const narrow = root.classList.toggle("narrow-side");
    try {
      localStorage.setItem("side", narrow ? "narrow" : "wide");
    } catch {
      // kept for this page only
    }
  });
  const openMenu = (open) => {
    root.classList.toggle("menu-open", open);
    all('[href="#sidebar"]').forEach((link) => link.setAttribute("aria-expanded", String(open)));
    if (open) one("#sidebar a")?.focus();
  };
  on("click", '[href="#sidebar"]', (event) => {
    event.preventDefault();
    openMenu(!root.classList.contains("menu-open"));
  });
  on("click", ".backdrop", () => openMenu(false));
  document.addEventListener("click", (event) => {
    all("details.pop[open]").forEach((pop) => pop.contains(event.target) || pop.removeAttribute("open"));
  });
  on("click", "[data-filter-toggle]", (event, button) => {
    const open = button.closest(".filters").classList.toggle("filters-open");
    button.setAttribute("aria-expanded", String(open));
  });

  // Selection bar.
  const boxes = (bar) => all(`input[type="checkbox"][name="rowid"][form="${bar.id}"]`);
  const showSelection = (bar) => {
    const rows = boxes(bar);
    const picked = rows.filter((box) => box.checked).length;
    bar.classList.toggle("has-selection", picked > 0);
    const count = one("[data-selected]", bar);
    if (count) count.textContent = String(picked);
    const toggle = one(`[data-select-page="${bar.id}"]`);
    if (toggle) {
      toggle.checked = picked > 0 && picked === rows.length;
      toggle.indeterminate = picked > 0 && picked < rows.length;
    }
  };
  on("change", 'input[name="rowid"][form]', (event, box) => box.form && showSelection(box.form));
  on("change", "[data-select-page]", (event, toggle) => {
    const bar = document.getElementById(toggle.dataset.selectPage);
    boxes(bar).forEach((box) => (box.checked = toggle.checked));
    showSelection(bar);
  });
  on("click", "[data-select-none]", (event, button) => {
    boxes(button.form).forEach((box) => (box.checked = false));
    showSelection(button.form);
  });
  all("form.selection").forEach(showSelection);

  // Dialogs.
  on("click", "[data-dialog]", (event, opener) => {
    event.preventDefault();
    opener.closest("details.pop")?.removeAttribute("open");
    document.getElementById(opener.dataset.dialog)?.showModal();
  });
  on("click", "[data-dialog-close]", (event, button) => {
    event.preventDefault();
    button.closest("dialog").close();
  });
  on("click", "dialog", (event, dialog) => event.target === dialog && dialog.close());

  // Copy to the clipboard; the text is selectable where the browser gives no clipboard (plain HTTP).
  on("click", "[data-copy]", async (event, button) => {
    const source = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : null;
    const text = source ? (source.value ?? source.textContent) : button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      if (!source?.select) return;
      source.select();
      if (!document.execCommand("copy")) return;
    }
    const label = one("[data-copy-label]", button);
    say(button.dataset.copied);
    if (!label) return;
    const before = label.textContent;
    label.textContent = button.dataset.copied;
    setTimeout(() => (label.textContent = before), 1500);
  });

  // A form with unsaved changes asks before it is left, also for what another form of the page does.
  const dirty = new Set();
  on("input", "form[data-guard]", (_event, form) => dirty.add(form));
  on("submit", "form", (_event, form) => dirty.delete(form));
  addEventListener("beforeunload", (event) => dirty.size && event.preventDefault());

  // A button pressed twice sends once.
  on("submit", 'form[method="post" i]', (event, form) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });

  // Fragments that come late, and jobs that are watched.
  const loadLate = (from) =>
    all("[data-late-src]", from).forEach(async (place) => {
      const url = place.dataset.lateSrc;
      place.removeAttribute("data-late-src");
      try {
        place.innerHTML = await fetchText(url);
        loadLate(place);
      } catch {
        place.dataset.late = "failed";
      }
    });
  const poll = async (place, failures = 0) => {
    const wait = Number(place.dataset.pollEvery || 1500) * (failures + 1);
    await new Promise((resume) => setTimeout(resume, wait));
    let html;
    try {
      html = await fetchText(place.dataset.pollSrc);
    } catch {
      return failures < 5 && poll(place, failures + 1);
    }
    place.innerHTML = html;
    const done = one("[data-poll-done]", place);
    if (!done) return poll(place);
    say(done.dataset.pollDone);
    if (place.dataset.pollThen) location.assign(place.dataset.pollThen);
  };
  loadLate(document);
  all("[data-poll-src]").forEach((place) => poll(place));

  // Look-ups: an <input list> whose options come from the server while one types.
  let asked;
  on("input", "input[data-lookup-src]", (event, input) => {
    clearTimeout(asked);
    if (event.inputType === "insertReplacementText" || !input.value) return;
    asked = setTimeout(async () => {
      const found = JSON.parse(await fetchText(input.dataset.lookupSrc + encodeURIComponent(input.value)));
      input.list.replaceChildren(
        ...found.map(([value, text]) => Object.assign(document.createElement("option"), { value, label: text })),
      );
    }, 200);
  });

  // Keyboard: dead while typing, while a dialog is open, or when switched off in the profile.
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
  const step = (by) => {
    const rows = all("[data-row-link]");
    const now = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(now + by, 0), rows.length - 1)]?.focus();
  };
  let went = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      openMenu(false);
      all("details.pop[open]").forEach((pop) => {
        pop.removeAttribute("open");
        one("summary", pop).focus();
      });
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "k" && one("[data-search]")) {
      event.preventDefault();
      one("[data-search]").focus();
      return;
    }
    if (document.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || one("dialog[open]")) return;
    const going = event.timeStamp - went < 1200;
    went = -Infinity;
    if (going && /^[a-z]$/.test(event.key)) return one(`[data-go="${event.key}"]`)?.click();
    const acts = {
      "?": () => one("#shortcuts")?.showModal(),
      "/": () => (event.preventDefault(), one("[data-search]")?.focus()),
      g: () => (went = event.timeStamp),
      j: () => step(1),
      k: () => step(-1),
    };
    if (acts[event.key]) return acts[event.key]();
    const target = /^[a-z1-9]$/.test(event.key) && one(`[data-key="${event.key}"]`);
    if (!target) return;
    event.preventDefault();
    if (!target.matches("textarea, input")) return target.click();
    target.focus();
    target.setSelectionRange(target.value.length, target.value.length);
  });

  // A field with things to pick below it: arrows lead from the field through them and back; Enter presses.
  document.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const list = by && event.target.closest("[data-picks]");
    if (!list) return;
    const stops = all("input[type=search], [data-pick]", list);
    const next = stops[stops.indexOf(event.target) + by];
    if (next) event.preventDefault();
    next?.focus();
  });

  // Counts down by the server's clock: data-left in milliseconds, as of when the page was made. At 0 the page is asked anew.
  const countDown = (timer) => {
    const end = performance.now() + Number(timer.dataset.left);
    const days = new Intl.NumberFormat(root.lang, { style: "unit", unit: "day", unitDisplay: "long" });
    const show = () => {
      const left = Math.ceil(Math.max(0, end - performance.now()) / 1000);
      const clock = [left / 3600, left / 60, left].map((part, at) => String(Math.floor(part) % (at ? 60 : 24)).padStart(2, "0"));
      timer.textContent = (left >= 86400 ? `${days.format(Math.floor(left / 86400))} ` : "") + clock.join(":");
      if (left > 0) setTimeout(show, (end - performance.now()) % 1000 || 1000);
      else setTimeout(() => location.reload(), 500);
    };
    show();
  };
  all("[data-left]").forEach(countDown);

  // A row of tabs that is wider than the screen begins where the reader is.
  all(".tabs [aria-current]").forEach((tab) => { tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 48; });
})();
