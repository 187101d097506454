#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace gui {

// The head of a card: YAML between two lines of "---". Only flat words and lists of words are
// read; everything is bounded, and nonsense gives an empty head.
struct CardMeta {
    QString title;
    QString license;
    QString pipelineTag;
    QString libraryName;
    QStringList tags;
    QStringList languages;
    QStringList baseModels;

    bool operator==(const CardMeta &) const = default;
};

struct SplitCard {
    QByteArray head; // without the lines of "---"
    QByteArray body;
};

SplitCard splitCard(const QByteArray &card);
CardMeta readCardMeta(const QByteArray &head);

} // namespace gui
