"use strict";
(() => {
  const root = document.documentElement;
  const key = "ipc-bridge-theme";
  // A page that is opened from a file may have no storage. Then the theme is forgotten, and nothing else.
  const remembered = () => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const remember = (theme) => {
    try { localStorage.setItem(key, theme); } catch { /* as above */ }
  };
  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  };
  const asked = new URLSearchParams(location.search);
  show(asked.get("theme") || remembered());

  addEventListener("DOMContentLoaded", () => {
    document.querySelector(".theme").addEventListener("click", () => {
      const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      const theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
      show(theme);
      remember(theme);
    });

    const input = document.querySelector(".search input");
    const cards = [...document.querySelectorAll(".card")];
    const groups = [...document.querySelectorAll("main .group")];
    const links = [...document.querySelectorAll("nav .to")];
    const sections = [...document.querySelectorAll("nav .group")];
    const nothing = document.querySelector(".nothing");
    const target = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)));

    const search = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const card of cards) card.hidden = !words.every((word) => card.dataset.find.includes(word));
      for (const group of groups) group.hidden = !group.querySelector(".card:not([hidden])");
      for (const link of links) link.parentElement.hidden = target(link)?.hidden ?? false;
      for (const section of sections) {
        const own = section.querySelector(".namespace");
        section.hidden = target(own)?.hidden ?? false;
      }
      nothing.hidden = cards.some((card) => !card.hidden);
    };
    input.addEventListener("input", search);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        input.value = "";
        search();
        input.blur();
      } else if (event.key === "Enter") {
        cards.find((card) => !card.hidden)?.scrollIntoView();
      }
    });
    addEventListener("keydown", (event) => {
      const typing = event.target instanceof HTMLInputElement;
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        input.focus();
        input.select();
      }
    });
    // A link that leads to what the search hides shows everything again.
    addEventListener("hashchange", () => {
      const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (card?.hidden) {
        input.value = "";
        search();
        card.scrollIntoView();
      }
    });
    if (asked.has("q")) {
      input.value = asked.get("q");
      search();
    }

    const linkOf = new Map(links.map((link) => [target(link), link]));
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) linkOf.get(entry.target)?.classList.toggle("here", entry.isIntersecting);
    }, { rootMargin: "-18% 0px -78% 0px" });
    for (const card of linkOf.keys()) if (card) seen.observe(card);
  });
})();
