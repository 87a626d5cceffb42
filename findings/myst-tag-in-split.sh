#!/usr/bin/env bash
# MyST's dollars on a Sphinx page: a numbered display of two lines becomes an error message in the page.
#
# Versions     myst-parser 5.2.0, Sphinx 9.0.4, MathJax 3.2.2, Python 3.11, Node.js 20.
# Expected     $$\begin{aligned} a &= b \\ &= c \end{aligned} \tag{1}$$ is typeset with its number, as MathJax does
#              with the same text where Sphinx is not between (and as a display without \\ is).
# Behaviour    Sphinx puts every display that holds \\ anywhere into \begin{split} … \end{split}, the \tag with it, and
#              a \tag may not stand in there: the page shows "\tag not allowed in split environment" in place of the
#              equation. Neither program warns, also with -n -W.
# Seen         page: \[\begin{split}\begin{aligned} … \end{aligned} \tag{1}\end{split}\];
#              MathJax: the page's text is an error, the author's text is none
#
# Run: bash findings/myst-tag-in-split.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir page
cat >page/conf.py <<'PYTHON'
extensions = ["myst_parser", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath"]
PYTHON
cat >page/index.md <<'MARKDOWN'
# Two lines, one number

$$
\begin{aligned} a &= b \\ &= c \end{aligned} \tag{1}
$$
MARKDOWN
cat >ask.cjs <<'JS'
const { readFileSync } = require("node:fs");
const read = (text) => text.replaceAll("&amp;", "&").trim();
const page = read(readFileSync("built/index.html", "utf8").match(/\\\[([^]*?)\\\]/)[1]);
const author = readFileSync("page/index.md", "utf8").match(/\$\$([^]*?)\$\$/)[1].trim();
require("mathjax")
  .init({ loader: { load: ["input/tex", "output/svg"] } })
  .then((MathJax) => {
    const fault = (tex) =>
      MathJax.startup.adaptor.outerHTML(MathJax.tex2svg(tex)).match(/data-mjx-error="([^"]*)"/)?.[1] ?? "none";
    console.log(`page: ${page}\nfault of the page's text: ${fault(page)}\nfault of the author's text: ${fault(author)}`);
    const so = fault(page) === "\\tag not allowed in split environment" && fault(author) === "none";
    if (!so) console.log("the behaviour has changed");
    process.exit(so ? 0 : 1);
  });
JS
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check sphinx==9.0.4 myst-parser==5.2.0
venv/bin/python -m sphinx -q -n -W -b html page built
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund mathjax@3.2.2
node ask.cjs
