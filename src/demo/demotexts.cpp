#include "demo/demotexts.h"

#include <QString>

namespace demo {

using namespace Qt::StringLiterals;

QByteArray chartPng()
{
    return QByteArray::fromBase64(
        "iVBORw0KGgoAAAANSUhEUgAAAGAAAAAwCAIAAABhdOiYAAAAgklEQVR42u3aMRWAQAxEwVN3chCBCEQg"
        "gjo1Smiux8HShG7e+wZ2qhQZaz0KDQSAAAECBAgQIEACBOi7eVcIECBAgAD1Dr4qBAgQIECAegefFQIE"
        "CBAgQL2DjwoBAgQIEKBWoLlXCBAgQIAAtQLNrUKAAAECBAgQIEAORR9mAgToh15SmvmYBpmuXAAAAABJ"
        "RU5ErkJggg==");
}

QByteArray logoSvg()
{
    return R"(<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64">
<rect width="64" height="64" rx="12" fill="#2f5d62"/>
<circle cx="32" cy="28" r="14" fill="#f2c14e"/>
<rect x="24" y="44" width="16" height="8" rx="2" fill="#f7f3e9"/>
</svg>
)"_ba;
}

QByteArray safetensorsIndex(int shards)
{
    constexpr int layers = 12;
    QByteArray text = "{\n  \"metadata\": {\"total_size\": 268435456},\n  \"weight_map\": {\n";
    for (int layer = 0; layer < layers; ++layer) {
        const int shard = layer * shards / layers + 1;
        text += u"    \"model.layers.%1.weight\": \"model-%2-of-%3.safetensors\"%4\n"_s.arg(layer)
                    .arg(shard, 5, 10, QChar(u'0'))
                    .arg(shards, 5, 10, QChar(u'0'))
                    .arg(layer + 1 < layers ? u","_s : QString())
                    .toUtf8();
    }
    return text + "  }\n}\n";
}

QByteArray longCard()
{
    return R"CARD(# Compass-1B

<p align="center">
  <img src="images/logo.svg" alt="Compass logo" width="64">
  <br><b>A small model that knows where north is.</b>
</p>

**Compass-1B** is a *made-up* model with a real card: everything a card can hold is somewhere below.
See [the files](tree/main), [the notes](docs/notes.md), or jump to [Evaluation](#evaluation).

## Table of contents

1. [Quick start](#quick-start)
2. [Evaluation](#evaluation)
   - numbers
   - pictures
     - and smaller pictures
3. [Limits](#limits)

## Quick start

```python
from compass import Model

model = Model.load("northwind/Compass-1B")
print(model.ask("Which way is north?"))  # up, on most maps
```

Or from a terminal, with a very long line that has to stay inside its box:

```bash
hubload get northwind/Compass-1B --files '*.safetensors' --files '*.json' --exclude 'docs/*' --yes --wait --json
```

Inline code such as `temperature=0.7` and keys like <kbd>Ctrl</kbd>+<kbd>F</kbd> work too.

## Evaluation

| Task            | Shots | Compass-1B | Compass-300M | Paper map |
|:----------------|------:|-----------:|-------------:|:---------:|
| Finding north   |     0 |   **98.1** |         91.4 |   99.9    |
| Finding south   |     0 |       97.9 |         90.2 |   99.9    |
| Finding coffee  |     5 |       61.3 |         44.0 |    ✗      |
| Getting lost    |     0 |        2.4 |          9.8 |    ✓      |
| Umlauts: äöüß   |     1 |       88.0 |         80.5 |    –      |

![Scores by size](images/scores.png "Higher is better")

An image that does not exist: ![missing](images/nowhere.png)
and one from far away: ![far](https://images.invalid/far.png)

> A quotation, which
> > holds another quotation
>
> and a list:
> - one
> - two

### A table that is wide

| a | b | c | d | e | f | g | h | i | j | k | l |
|---|---|---|---|---|---|---|---|---|---|---|---|
| 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 |
| one hundred | two hundred | three hundred | four hundred | five | six | seven | eight | nine | ten | eleven | twelve |

## Lists

- First
  1. first of first
  2. second of first
     - deep
       - deeper
         - deepest
- Second, with a paragraph

  that goes on after a blank line.
- [x] done
- [ ] not done

## HTML of all kinds

<details>
<summary>Click to read more</summary>

Hidden words with **bold** and a [link](https://example.org/).

</details>

<div style="background: red; position: fixed; top: 0; left: 0; width: 9999px">A box that would cover everything.</div>

<script>document.title = "this must never run"; alert(1)</script>
<img src="x" onerror="alert(2)">
<a href="javascript:alert(3)">A link that must not work</a>
<a href="file:///etc/passwd">Another one</a>
<iframe src="https://example.org/"></iframe>
<style>body { display: none }</style>
<form action="https://example.org/"><input name="token"><button>Send</button></form>

H<sub>2</sub>O, E = mc<sup>2</sup>, ~~struck~~, and a footnote-like mark[^1].

[^1]: It stands here.

---

## Limits

Compass does not know the way to the station. Long words must not push the window wide:
Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsverzeichnisverwaltungsprogramm.

Right to left: مرحبا بالعالم. Others: 你好，世界 · こんにちは · Здравствуй · 🚀🧭

## Citation

```bibtex
@misc{compass2026,
  title = {Compass: a Small Model That Knows Where North Is},
  author = {Nobody, N. and Anybody, A.},
  year = {2026}
}
```
)CARD"_ba;
}

} // namespace demo
