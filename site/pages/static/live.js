// Puts each widget in the place of its still picture, and tells widgets and pictures of the page's theme.
{
  // a browser reads no page from a folder, so a search there has no summaries
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

  // Of a display's two forms the one with a line for each step, where it fits.
  const fitForms = () => {
    for (const forms of document.querySelectorAll(".forms")) {
      const line = forms.querySelector(".one-line mjx-container");
      if (line) forms.classList.toggle("fits", line.scrollWidth <= forms.clientWidth);
    }
  };

  const root = document.documentElement;
  const follow = () => (root.dataset.jpThemeLight = String(root.dataset.theme !== "dark"));
  follow();
  new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });

  document.addEventListener("DOMContentLoaded", () => {
    for (const place of document.querySelectorAll(".live-widget")) {
      const { render, standIn } = window.convbpWidgets[place.dataset.widget];
      const model = standIn(JSON.parse(place.querySelector("script").textContent));
      const el = document.createElement("div");
      place.append(el);
      render({ model, el });
      place.model = model;
      place.classList.add("alive"); // its still picture is left for paper
    }
    window.MathJax?.startup?.promise?.then(() => {
      for (const formula of document.querySelectorAll("mjx-container:not([display])"))
        if (formula.offsetWidth > formula.parentElement.clientWidth) formula.classList.add("wide");
      fitForms();
      addEventListener("resize", fitForms);
    });
  });
}
