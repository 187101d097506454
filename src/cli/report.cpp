#include "cli/report.h"

#include <QCoreApplication>
#include <QJsonDocument>

#include "cache/layout.h"
#include "cli/words.h"
#include "core/errortext.h"
#include "core/format.h"
#include "core/redact.h"

using namespace Qt::StringLiterals;

namespace cli {

namespace {

constexpr int formatVersion = 1;

QString size(qint64 bytes)
{
    return core::formatSize(bytes, core::Isolation::Plain);
}

QJsonObject errorObject(const core::Error &error)
{
    return {{u"kind"_s, core::kindName(error.kind)},
            {u"message"_s, core::redactText(core::errorSentence(error))}};
}

QString snapshotFolder(const core::RepoId &repo, const QString &commit,
                       const cache::Location &place)
{
    return cache::Layout(place.path).snapshot(repo, commit);
}

} // namespace

Report::Report(GetOptions::Output output)
    : m_output(output)
{
}

void Report::event(const QString &name, QJsonObject object)
{
    if (m_output != GetOptions::Output::Json)
        return;
    object.insert(u"version"_s, formatVersion);
    object.insert(u"event"_s, name);
    m_console.print(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact))
                    + u'\n');
}

void Report::plan(const transfer::DownloadRequest &request, const session::Receipt &receipt)
{
    event(u"plan"_s,
          {{u"repo"_s, core::typePlural(request.repo.type()) + u'/' + request.repo.id()},
           {u"revision"_s, request.revision},
           {u"commit"_s, request.commit},
           {u"files"_s, receipt.files},
           {u"bytes"_s, receipt.chosen},
           {u"bytes_here"_s, receipt.alreadyHere},
           {u"bytes_to_fetch"_s, receipt.toFetch},
           {u"bytes_free"_s, receipt.freeBytes},
           {u"path"_s, snapshotFolder(request.repo, request.commit, request.place)}});
    if (m_output == GetOptions::Output::Text) {
        m_console.line(
            Words::tr("%1 at %2: %Ln file(s), %3; already here %4, to fetch %5", nullptr,
                      receipt.files)
                .arg(request.repo.display(), request.commit.left(7))
                .arg(size(receipt.chosen), size(receipt.alreadyHere), size(receipt.toFetch)));
    }
}

void Report::warning(const QString &text)
{
    event(u"warning"_s, {{u"message"_s, core::redactText(text)}});
    m_console.note(text);
}

void Report::waiting(std::chrono::seconds time)
{
    const QString text = Words::tr("Waiting for the Hub, %1")
                             .arg(core::formatDuration(time, core::Isolation::Plain));
    event(u"warning"_s, {{u"message"_s, text}});
    m_console.line(text);
}

void Report::fileEvents(const transfer::DownloadStatus &status,
                        const QList<transfer::FileStatus> &files)
{
    const cache::Layout layout(status.place.path);
    for (const transfer::FileStatus &file : files) {
        const QString &key = file.paths.first();
        const auto known = m_states.constFind(key);
        if (known != m_states.cend() && *known == file.state)
            continue;
        m_states.insert(key, file.state);
        for (const QString &path : file.paths) {
            QJsonObject object{{u"path"_s, path},
                               {u"state"_s, transfer::stateName(file.state)},
                               {u"bytes"_s, file.done},
                               {u"size"_s, file.size}};
            if (file.state == transfer::State::Done) {
                object.insert(u"checked"_s, file.checked);
                object.insert(u"reused"_s, file.reused);
                object.insert(u"final_path"_s, layout.entry(status.repo, status.commit, path));
            }
            if (file.error)
                object.insert(u"error"_s, errorObject(*file.error));
            if (file.retryAt.isValid())
                object.insert(u"retry_at"_s, file.retryAt.toString(Qt::ISODateWithMs));
            event(u"file"_s, object);
        }
    }
}

void Report::progress(const transfer::DownloadStatus &status,
                      const QList<transfer::FileStatus> &files)
{
    const bool isOver = transfer::isEnd(status.state) || status.state == transfer::State::Failed;
    if (!status.isCounted && !isOver)
        return;
    if (m_output == GetOptions::Output::Json) {
        fileEvents(status, files);
        // A wait is told when it begins, not at every second of it.
        const bool waitsAnew = status.hubWait && (!m_lastWait || *status.hubWait > *m_lastWait);
        m_lastWait = status.hubWait;
        if (status.done == m_lastDone && !waitsAnew)
            return;
        m_lastDone = status.done;
        QJsonObject object{{u"state"_s, transfer::stateName(status.state)},
                           {u"bytes"_s, status.done},
                           {u"size"_s, status.size},
                           {u"files_done"_s, status.filesDone},
                           {u"files"_s, status.files},
                           {u"bytes_per_second"_s, static_cast<qint64>(status.bytesPerSecond)}};
        if (status.secondsLeft)
            object.insert(u"seconds_left"_s, *status.secondsLeft);
        if (status.hubWait)
            object.insert(u"hub_wait_seconds"_s, static_cast<qint64>(status.hubWait->count()));
        event(u"progress"_s, object);
        return;
    }
    const bool isLocked = status.state == transfer::State::Waiting && status.error
        && status.error->kind == core::ErrorKind::Locked;
    if (isLocked && !m_saidLocked)
        m_console.line(core::errorSentence(*status.error));
    m_saidLocked = isLocked;
    if (!m_console.isTerminal())
        return;
    const QString left = status.secondsLeft
        ? core::formatDuration(std::chrono::seconds(*status.secondsLeft), core::Isolation::Plain)
        : u"–"_s;
    if (status.hubWait) {
        return m_console.progress(
            Words::tr("Waiting for the Hub, %1")
                .arg(core::formatDuration(*status.hubWait, core::Isolation::Plain)));
    }
    m_console.progress(
        status.state == transfer::State::Waiting && status.error
            ? core::errorSentence(*status.error)
            : Words::tr("%1 of %2, %3 of %4 files, %5, %6 left")
                  .arg(size(status.done), size(status.size))
                  .arg(status.filesDone)
                  .arg(status.files)
                  .arg(core::formatSpeed(status.bytesPerSecond, core::Isolation::Plain), left));
}

void Report::unchecked(const QString &names)
{
    if (m_output == GetOptions::Output::Text)
        m_console.line(Words::tr("Done, not checked: %1. The Hub names no digest to compare with.")
                           .arg(names));
}

void Report::startedOver(const transfer::StartOver &what)
{
    if (what.why.kind == core::ErrorKind::Cancelled)
        return; // the person's own wish
    event(u"started_over"_s,
          {{u"path"_s, what.path}, {u"bytes"_s, what.left}, {u"error"_s, errorObject(what.why)}});
    if (m_output == GetOptions::Output::Text)
        m_console.line(Words::tr("Started over: %1 (%2)", "file, reason")
                           .arg(what.path, core::errorSentence(what.why)));
}

void Report::end(const transfer::DownloadRequest &request, const transfer::DownloadStatus &status,
                 Exit exit, const QString &leftOut)
{
    const QString folder = snapshotFolder(request.repo, request.commit, request.place);
    const bool isPart = status.state == transfer::State::Done && exit != Exit::Done;
    const transfer::State state = isPart ? transfer::State::Failed : status.state;
    QJsonObject object{{u"state"_s, transfer::stateName(state)},
                       {u"bytes"_s, status.done},
                       {u"size"_s, status.size},
                       {u"files"_s, status.files},
                       {u"files_done"_s, status.filesDone},
                       {u"checked"_s, status.checked && !isPart},
                       {u"commit"_s, request.commit},
                       {u"path"_s, folder},
                       {u"exit_code"_s, static_cast<int>(exit)}};
    if (status.error && exit != Exit::Done)
        object.insert(u"error"_s, errorObject(*status.error));
    else if (isPart)
        object.insert(u"error"_s,
                      QJsonObject{{u"kind"_s, core::kindName(core::ErrorKind::Protocol)},
                                  {u"message"_s, core::redactText(leftOut)}});
    event(u"end"_s, object);
    m_console.endProgress();
    if (exit != Exit::Done && status.error)
        m_console.line(u"hubload: "_s + core::errorSentence(*status.error));
    else if (isPart)
        m_console.line(u"hubload: "_s + leftOut);
    if (m_output == GetOptions::Output::Text && exit == Exit::Done)
        m_console.print(folder + u'\n');
}

void Report::failure(const QString &sentence, const QString &kind, Exit exit)
{
    event(
        u"end"_s,
        {{u"state"_s, exit == Exit::Cancelled ? u"cancelled"_s : u"failed"_s},
         {u"exit_code"_s, static_cast<int>(exit)},
         {u"error"_s, QJsonObject{{u"kind"_s, kind}, {u"message"_s, core::redactText(sentence)}}}});
    m_console.line(u"hubload: "_s + sentence);
}

} // namespace cli
