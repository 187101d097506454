#pragma once

#include <QCoreApplication>
#include <QDateTime>
#include <QString>

#include "hub/types.h"
#include "transfer/download.h"

namespace gui {

// Words that more than one page uses. Pure; translated in context "gui::Texts".
class Texts {
    Q_DECLARE_TR_FUNCTIONS(gui::Texts)
public:
    // The exact state words of a row. now decides countdowns; gateOpens, when the Hub has been
    // asked for as much as it allows, is when it may be asked again.
    static QString state(const transfer::DownloadStatus &status, const QDateTime &now,
                         const QDateTime &gateOpens = {});
    static QString state(const transfer::FileStatus &status, const QDateTime &now,
                         const QDateTime &gateOpens = {});
    // Why a person is needed, in two or three words; the whole sentence is core::errorText().
    static QString reason(core::ErrorKind kind);
    // What keeps it from being faster, in two or three words.
    static QString factor(transfer::Factor factor);
    static QString limitedBy(transfer::Factor factor); // the same as a line of its own
    static QString bySource(qint64 fetched, qint64 reused); // where the bytes come from
    static QString limit(const core::SpeedLimit &limit);
    // A whole phrase in its own direction: in a mirrored window an English one with numbers or dots
    // at its end keeps its order.
    static QString phrase(const QString &text);
    static QString kind(core::RepoType type);
    static QString ago(const QDateTime &time, const QDateTime &now);
    static QString parameters(qint64 count); // "7.2 B parameters"
    static QString task(const QString &pipelineTag); // "text-generation" as "Text generation"
    static QString files(int count);
    static QString noFileMatches(); // of a filter
    static QString shortCommit(const QString &commit);
    // What the gated bar says (interaction.md 9.2); empty when open.
    static QString gated(hub::GatedMode mode);
};

} // namespace gui
