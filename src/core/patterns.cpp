#include "core/patterns.h"

#include <algorithm>
#include <vector>

using namespace Qt::StringLiterals;

namespace core {

namespace {

using Text = QList<uint>; // code points: '?' is one character, also beyond the first plane

struct Span {
    uint first = 0;
    uint last = 0;
};

struct Token {
    enum class Kind { Star, One, Literal, Class };
    Kind kind = Kind::Literal;
    uint literal = 0;
    bool negated = false;
    std::vector<Span> spans;

    bool takes(uint c) const
    {
        switch (kind) {
        case Kind::Star:
        case Kind::One:
            return true;
        case Kind::Literal:
            return c == literal;
        case Kind::Class:
            break;
        }
        const bool inside = std::any_of(spans.begin(), spans.end(), [c](const Span &span) {
            return span.first <= c && c <= span.last;
        });
        return inside != negated;
    }
};

// One piece of a [class]: its '-' are literal, those between pieces mean a range.
using Piece = Text;

// Cuts the inside of a class the way Python does: the '-' at the start, at the end and right after
// a range are literal.
std::vector<Piece> cutPieces(const Text &inside)
{
    std::vector<Piece> pieces;
    const qsizetype size = inside.size();
    qsizetype from = 0;
    qsizetype at = !inside.isEmpty() && inside[0] == u'!' ? 2 : 1;
    for (;;) {
        const qsizetype dash = at < size ? inside.indexOf(uint(u'-'), at) : -1;
        if (dash < 0)
            break;
        pieces.push_back(inside.mid(from, dash - from));
        from = dash + 1;
        at = dash + 3;
    }
    if (from < size || pieces.empty())
        pieces.push_back(inside.mid(from));
    else
        pieces.back().append(uint(u'-'));
    return pieces;
}

// Ranges that run backwards hold nothing: both ends vanish and the pieces grow together.
void dropEmptyRanges(std::vector<Piece> &pieces)
{
    for (size_t i = pieces.size() - 1; i > 0; --i) {
        Piece &left = pieces[i - 1];
        const Piece &right = pieces[i];
        if (left.last() <= right.first())
            continue;
        left.removeLast();
        left.append(right.mid(1));
        pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

struct Symbol {
    uint c = 0;
    bool range = false; // the '-' of a range
};

std::vector<Span> spansOf(const std::vector<Symbol> &symbols)
{
    std::vector<Span> spans;
    for (size_t i = 0; i < symbols.size(); ++i) {
        const uint first = symbols[i].c;
        if (i + 2 < symbols.size() && symbols[i + 1].range) {
            spans.push_back({first, symbols[i + 2].c});
            i += 2;
        } else {
            spans.push_back({first, first});
        }
    }
    return spans;
}

Token makeClass(const Text &inside)
{
    std::vector<Piece> pieces = cutPieces(inside);
    dropEmptyRanges(pieces);
    std::vector<Symbol> symbols;
    for (size_t i = 0; i < pieces.size(); ++i) {
        if (i > 0)
            symbols.push_back({uint(u'-'), true});
        for (const uint c : pieces[i])
            symbols.push_back({c, false});
    }
    Token token;
    token.kind = Token::Kind::Class;
    if (!symbols.empty() && symbols.front().c == u'!') {
        token.negated = true; // an empty rest then takes every character
        symbols.erase(symbols.begin());
        if (!symbols.empty())
            symbols.front().range = false; // a range needs a left end
    }
    token.spans = spansOf(symbols);
    return token;
}

// The index of the ']' that ends the class opened before from, or -1: then '[' is a plain letter.
qsizetype classEnd(const Text &pattern, qsizetype from)
{
    qsizetype at = from;
    if (at < pattern.size() && pattern[at] == u'!')
        ++at;
    if (at < pattern.size() && pattern[at] == u']')
        ++at;
    return at < pattern.size() ? pattern.indexOf(uint(u']'), at) : -1;
}

std::vector<Token> compile(const Text &pattern)
{
    std::vector<Token> tokens;
    bool classesPossible = true; // false once no ']' follows: keeps "[[[[[" linear
    for (qsizetype i = 0; i < pattern.size(); ++i) {
        Token token;
        token.literal = pattern[i];
        if (pattern[i] == u'*') {
            if (!tokens.empty() && tokens.back().kind == Token::Kind::Star)
                continue;
            token.kind = Token::Kind::Star;
        } else if (pattern[i] == u'?') {
            token.kind = Token::Kind::One;
        } else if (pattern[i] == u'[' && classesPossible) {
            const qsizetype end = classEnd(pattern, i + 1);
            classesPossible = end >= 0;
            if (end >= 0) {
                token = makeClass(pattern.mid(i + 1, end - i - 1));
                i = end;
            }
        }
        tokens.push_back(std::move(token));
    }
    return tokens;
}

// Only the last '*' is ever taken back: an earlier one has found its earliest end, and a later one
// can reach whatever it could. Thus at most path times pattern steps.
bool matches(const Text &path, const std::vector<Token> &tokens)
{
    qsizetype at = 0;
    size_t token = 0;
    size_t star = tokens.size();
    qsizetype starAt = 0;
    while (at < path.size()) {
        if (token < tokens.size() && tokens[token].kind == Token::Kind::Star) {
            star = token++;
            starAt = at;
        } else if (token < tokens.size() && tokens[token].takes(path[at])) {
            ++token;
            ++at;
        } else if (star < tokens.size()) {
            token = star + 1;
            at = ++starAt;
        } else {
            return false;
        }
    }
    while (token < tokens.size() && tokens[token].kind == Token::Kind::Star)
        ++token;
    return token == tokens.size();
}

bool matchesAny(const QString &path, const QStringList &patterns)
{
    return std::any_of(patterns.begin(), patterns.end(), [&path](QString pattern) {
        pattern.replace(u'\\', u'/');
        if (pattern.endsWith(u'/'))
            pattern += u'*';
        return matchesPattern(path, pattern);
    });
}

} // namespace

bool matchesPattern(const QString &path, const QString &pattern)
{
    return matches(path.toUcs4(), compile(pattern.toUcs4()));
}

bool PatternFilter::allows(const QString &path) const
{
    QString slashed = path;
    slashed.replace(u'\\', u'/');
    return (include.isEmpty() || matchesAny(slashed, include)) && !matchesAny(slashed, exclude);
}

} // namespace core
