#pragma once

#include <QByteArray>
#include <QString>
#include <QUrl>

namespace gui {

// Limits for text from strangers. A card is shortened, never refused.
inline constexpr qsizetype mostCardBytes = 256 * 1024;
inline constexpr qsizetype mostHtmlChars = 600 * 1024;

// The Markdown of a card (front matter already taken off) as HTML that QTextBrowser may show: only
// allow-listed elements and attributes, links of http, https and mailto, relative ones resolved
// against base; images become their words; nothing in it is loaded from anywhere. Bounded in time
// and memory for any input. Pure; meant for the pool.
QString cleanCardHtml(const QByteArray &markdown, const QUrl &base);

} // namespace gui
