"""How a report looks: dark on light, one column on a telephone, two on a desk, and on paper."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light; --ink: #1a1c22; --soft: #5a6070; --line: #d9dce3; --good: #12603a; --bad: #9c1c1c; }
* { box-sizing: border-box; }
body { margin: 0; background: #f5f6f8; color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { margin: 0 0 .25rem; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; }
header p { margin: .25rem 0; color: var(--soft); }
.verdict { padding: .6rem .9rem; border-radius: .5rem; font-weight: 600; overflow-wrap: anywhere; }
header .verdict { margin-top: 1rem; }
header .good { background: #e4f3ea; color: var(--good); }
header .bad { background: #fbe6e6; color: var(--bad); }
section { margin-top: 1.25rem; padding: 1.1rem 1.2rem; background: #fff; border: 1px solid var(--line);
  border-radius: .75rem; }
section ul { margin: 0 0 .75rem; padding-left: 1.2rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.25rem; }
figure { margin: 0; min-width: 0; }
figcaption { margin-bottom: .25rem; color: var(--soft); font-weight: 600; }
figure img { display: block; width: 100%; max-width: 34rem; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td:nth-child(-n+2) { white-space: nowrap; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.broken { color: var(--bad); font-weight: 700; }
@media print { body { background: #fff; } section { break-inside: avoid; border: 0; padding: 0; } }
"""
