#include "cli/verifycommand.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "cache/check.h"
#include "cache/scan.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/words.h"
#include "core/errortext.h"
#include "core/format.h"

using namespace Qt::StringLiterals;

namespace cli {

namespace {

constexpr int formatVersion = 1;

QString size(qint64 bytes)
{
    return core::formatSize(bytes, core::Isolation::Plain);
}

QString nameOf(cache::Checked state)
{
    switch (state) {
    case cache::Checked::Good:
        return u"good"_s;
    case cache::Checked::Damaged:
        return u"damaged"_s;
    case cache::Checked::Missing:
        return u"missing"_s;
    case cache::Checked::NoId:
        return u"no_id"_s;
    }
    return {};
}

class Verification {
public:
    Verification(Console &console, bool isJson)
        : m_console(console)
        , m_isJson(isJson)
    {
    }

    core::Result<void> add(const cache::Layout &layout, const core::RepoId &repo)
    {
        const auto items = cache::itemsToCheck(layout, repo, {});
        if (!items)
            return core::Unexpected(items.error());
        for (const cache::CheckItem &item : *items) {
            m_work.append({repo, item});
            m_bytes += item.size;
        }
        return {};
    }

    Exit run()
    {
        qint64 done = 0;
        for (const Work &work : std::as_const(m_work)) {
            m_console.progress(Words::tr("%1 of %2: %3")
                                   .arg(size(done), size(m_bytes), work.item.entries[0].path));
            const auto state = cache::checkItem(work.item);
            done += work.item.size;
            tell(work, state);
            if (m_console.isReaderGone())
                return Exit::Cancelled;
        }
        m_console.endProgress();
        const int wrong = m_counts[cache::Checked::Damaged] + m_counts[cache::Checked::Missing];
        const Exit exit = wrong > 0 ? Exit::CheckFailed
            : m_unreadable > 0      ? Exit::NotFetched
                                    : Exit::Done;
        sumUp(exit);
        return exit;
    }

private:
    struct Work {
        core::RepoId repo;
        cache::CheckItem item;
    };

    void tell(const Work &work, const core::Result<cache::Checked> &state)
    {
        state ? ++m_counts[*state] : ++m_unreadable;
        QStringList files;
        for (const cache::CheckItem::Entry &entry : work.item.entries)
            files += entry.commit + u'/' + entry.path;
        if (m_isJson) {
            QJsonObject object{
                {u"event"_s, u"file"_s},
                {u"repo"_s, core::typePlural(work.repo.type()) + u'/' + work.repo.id()},
                {u"files"_s, QJsonArray::fromStringList(files)},
                {u"path"_s, work.item.file},
                {u"bytes"_s, work.item.size},
                {u"state"_s, state ? nameOf(*state) : u"unreadable"_s}};
            if (work.item.id)
                object.insert(u"id"_s, work.item.id->text);
            print(object);
        }
        const QString name = work.repo.display() + u": "_s + work.item.entries[0].path;
        if (!state)
            m_console.line(u"hubload: "_s + core::errorSentence(state.error()));
        else if (*state == cache::Checked::Damaged)
            m_console.line(Words::tr("Damaged: %1 (%2)").arg(name, work.item.file));
        else if (*state == cache::Checked::Missing)
            m_console.line(Words::tr("Missing: %1 (%2)").arg(name, work.item.file));
    }

    void sumUp(Exit exit)
    {
        if (m_isJson) {
            QJsonObject object{{u"event"_s, u"end"_s},
                               {u"bytes"_s, m_bytes},
                               {u"unreadable"_s, m_unreadable},
                               {u"exit_code"_s, static_cast<int>(exit)}};
            for (const auto state : {cache::Checked::Good, cache::Checked::Damaged,
                                     cache::Checked::Missing, cache::Checked::NoId})
                object.insert(nameOf(state), m_counts.value(state));
            return print(object);
        }
        m_console.printLine(
            Words::tr("%1 good, %2 damaged, %3 missing, %4 with nothing to compare with")
                .arg(m_counts.value(cache::Checked::Good))
                .arg(m_counts.value(cache::Checked::Damaged))
                .arg(m_counts.value(cache::Checked::Missing))
                .arg(m_counts.value(cache::Checked::NoId)));
    }

    void print(QJsonObject object)
    {
        object.insert(u"version"_s, formatVersion);
        m_console.print(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact))
                        + u'\n');
    }

    Console &m_console;
    bool m_isJson;
    QList<Work> m_work;
    qint64 m_bytes = 0;
    QMap<cache::Checked, int> m_counts;
    int m_unreadable = 0;
};

} // namespace

Exit verifyCommand(const session::Config &config, const QStringList &words)
{
    Console console;
    QCommandLineParser parser;
    parser.addOptions({
        {u"json"_s, Words::tr("One JSON object for each file on standard output.")},
        {{u"h"_s, u"help"_s}, Words::tr("Show this help.")},
    });
    parser.addPositionalArgument(
        u"repo"_s, Words::tr("[models/|datasets/|spaces/][ORG/]NAME; without it: everything."));
    const auto fail = [&console](const core::Error &error) {
        console.line(u"hubload: "_s + core::errorSentence(error));
        return error.kind == core::ErrorKind::BadInput ? Exit::WrongUse : Exit::NotFetched;
    };
    if (const auto parsed = parseWords(parser, words, {}); !parsed)
        return fail(parsed.error());
    if (parser.isSet(u"help"_s)) {
        console.print(helpText(parser, Words::tr("Usage: hubload verify [REPO ...] [options]"))
                      + u'\n');
        return Exit::Done;
    }
    const cache::Layout layout(config.place.path);
    QList<core::RepoId> repos;
    for (const QString &name : parser.positionalArguments()) {
        const auto ref = core::parseRepoRef(name, config.endpoint.text());
        if (!ref)
            return fail(ref.error());
        repos += ref->repo;
    }
    if (repos.isEmpty()) {
        const auto all = cache::scanCache(layout);
        if (!all)
            return fail(all.error());
        for (const cache::ScannedRepo &repo : all->repos)
            repos += repo.repo;
    }
    Verification verification(console, parser.isSet(u"json"_s));
    for (const core::RepoId &repo : std::as_const(repos)) {
        if (const auto added = verification.add(layout, repo); !added)
            return fail(added.error());
    }
    return verification.run();
}

} // namespace cli
