// Puts each widget in the place of its still picture, and tells widgets and pictures of the page's theme.
{
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
      place.querySelector(".live-widget-still").remove();
    }
  });
}
