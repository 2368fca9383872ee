"""What a strict eye finds on a page, as scripts that return a list of what is wrong: none on a good page."""

from pathlib import Path

_AXE = Path(__file__).with_name("vendor") / "axe.min.js"
_BARRIERS = """() => axe.run(document, {resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
  .then((found) => found.violations.filter((one) => ['serious', 'critical'].includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => one.id + ': ' + node.html.slice(0, 100))))"""


def barriers(page):
    """Return what axe-core finds serious or critical for people who don't see or point well; [] on a good page."""
    if not page.evaluate("'axe' in window"):
        assert _AXE.exists(), "axe-core is not there; `make test-browser` fetches it."
        page.evaluate(_AXE.read_text())
    return page.evaluate(_BARRIERS)


# Elements whose text is wider than they are, where nothing scrolls on purpose.
OVERFLOWING = """() => [...document.querySelectorAll('main *')]
  .filter((element) => element.clientWidth && element.scrollWidth > element.clientWidth + 1)
  .filter((element) => !['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(element).overflowX))
  .filter((element) => !element.closest('.scroll, .code, .unseen') && getComputedStyle(element).display !== 'inline')
  .map((element) => element.tagName + '.' + element.className + ': ' + element.textContent.trim().slice(0, 60))"""

# What a finger can't hit: less than 44 px high or wide, outside running text.
SMALL = """() => [...document.querySelectorAll('a, button, select, input:not([type=hidden]), label.box')]
  .filter((one) => one.offsetParent !== null && !one.matches('.skip, label.box input') && !one.closest('p, .told'))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.height < 43.5 || box.width < 43.5)
  .map(([one, box]) => one.outerHTML.slice(0, 80) + ' ' + box.width + 'x' + box.height)"""

# What has no name to be read out, and what a page must have once.
UNNAMED = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, progress, img, nav')]
  .filter((one) => one.offsetParent !== null && !one.closest('[aria-hidden=true]') && !one.matches('[aria-hidden=true]'))
  .filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label') || one.getAttribute('aria-labelledby')
    || one.hasAttribute('alt') || (one.id && document.querySelector(`label[for="${one.id}"]`)) || one.closest('label')))
  .map((one) => one.outerHTML.slice(0, 90))
  .concat(document.querySelectorAll('h1').length === 1 ? [] : ['h1: ' + document.querySelectorAll('h1').length])
  .concat(document.querySelectorAll('main').length === 1 ? [] : ['main'])
  .concat([...new Set([...document.querySelectorAll('[id]')].map((one) => one.id))].length
    === document.querySelectorAll('[id]').length ? [] : ['an id twice'])"""

# Text that stands out too little from what is behind it.
FAINT = """() => {
  const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const under = (one) => { for (let at = one; at; at = at.parentElement) { const style = getComputedStyle(at);
    if (style.backgroundImage !== 'none') return null;
    if (!/^rgba.*, 0\\)$/.test(style.backgroundColor)) return style.backgroundColor; } return 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('body *')].filter((one) => one.offsetParent !== null && !one.closest('[hidden], svg, .unseen')
    && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .map((one) => [one, under(one)]).filter(([one, back]) => back)
    .map(([one, back]) => { const [a, b] = [light(getComputedStyle(one).color), light(back)].sort((x, y) => y - x); return [one, (a + 0.05) / (b + 0.05)]; })
    .filter(([one, ratio]) => ratio < 4.5).map(([one, ratio]) => one.textContent.trim().slice(0, 40) + ' ' + ratio.toFixed(2)); }"""
