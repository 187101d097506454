#include "cli/removecommand.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "cache/removal.h"
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
constexpr qsizetype shortestCommit = 7;

QString size(qint64 bytes)
{
    return core::formatSize(bytes, core::Isolation::Plain);
}

// A branch, a tag, a commit or its beginning.
core::Result<QString> versionOf(const cache::ScannedRepo &repo, const QString &text)
{
    QStringList found;
    for (const cache::ScannedRevision &one : repo.revisions) {
        if (one.refs.contains(text) || one.commit == text)
            return one.commit;
        if (text.size() >= shortestCommit && one.commit.startsWith(text))
            found += one.commit;
    }
    if (found.size() == 1)
        return found.constFirst();
    return core::fail(core::ErrorKind::RevisionNotFound, text);
}

core::Result<cache::Removal> removalOf(const session::Config &config,
                                       const QCommandLineParser &parser)
{
    const QStringList names = parser.positionalArguments();
    if (names.size() != 1)
        return core::fail(core::ErrorKind::BadInput,
                          Words::tr("Name one repo: hubload remove ORG/NAME."));
    const auto ref = core::parseRepoRef(names.constFirst(), config.endpoint.text());
    if (!ref)
        return core::Unexpected(ref.error());
    if (ref->path)
        return core::fail(core::ErrorKind::BadInput,
                          Words::tr("Whole versions only; “%1” names a file or a folder.")
                              .arg(names.constFirst().left(80)));
    cache::Removal removal{ref->repo, {}, {}};
    QStringList versions = parser.values(u"rev"_s);
    if (ref->revision)
        versions += *ref->revision;
    if (versions.isEmpty())
        return removal;
    const auto repo = cache::scanRepo(cache::Layout(config.place.path), ref->repo);
    if (!repo)
        return core::Unexpected(repo.error());
    for (const QString &version : std::as_const(versions)) {
        const auto commit = versionOf(*repo, version);
        if (!commit)
            return core::Unexpected(commit.error());
        if (!removal.commits.contains(*commit))
            removal.commits += *commit;
    }
    return removal;
}

void tell(Console &console, const cache::RemovalPlan &plan)
{
    const QString name = plan.what.repo.display();
    if (plan.what.commits.isEmpty())
        console.line(Words::tr("All of %1: %Ln file(s)", nullptr, plan.files).arg(name));
    for (const QString &commit : plan.what.commits)
        console.line(Words::tr("Version %1 of %2").arg(commit, name));
    if (!plan.refs.isEmpty())
        console.line(Words::tr("With its names: %1").arg(plan.refs.join(u", "_s)));
    console.line(Words::tr("This frees %1.").arg(size(plan.freed)));
}

QJsonObject jsonOf(const cache::RemovalPlan &plan)
{
    const core::RepoId &repo = plan.what.repo;
    return {{u"version"_s, formatVersion},
            {u"repo"_s, core::typePlural(repo.type()) + u'/' + repo.id()},
            {u"commits"_s, QJsonArray::fromStringList(plan.what.commits)},
            {u"refs"_s, QJsonArray::fromStringList(plan.refs)},
            {u"files"_s, plan.files},
            {u"bytes_freed"_s, plan.freed}};
}

} // namespace

Exit removeCommand(const session::Config &config, const QStringList &words)
{
    Console console;
    QCommandLineParser parser;
    parser.addOptions({
        {u"rev"_s,
         Words::tr("Only this version: a branch, a tag or a commit; may be repeated. Content that "
                   "other versions have stays."),
         u"REV"_s},
        {u"dry-run"_s, Words::tr("Only say what would go.")},
        {u"yes"_s, Words::tr("Do not ask before deleting.")},
        {u"json"_s, Words::tr("One JSON object on standard output.")},
        {{u"h"_s, u"help"_s}, Words::tr("Show this help.")},
    });
    parser.addPositionalArgument(u"repo"_s,
                                 Words::tr("[models/|datasets/|spaces/][ORG/]NAME[@REV]"));
    const auto fail = [&console](const core::Error &error) {
        const bool isWrongUse = error.kind == core::ErrorKind::BadInput;
        console.line(u"hubload: "_s + core::errorSentence(error));
        return isWrongUse ? Exit::WrongUse : Exit::NotFetched;
    };
    if (const auto parsed = parseWords(parser, words, {u"rev"_s}); !parsed)
        return fail(parsed.error());
    if (parser.isSet(u"help"_s)) {
        console.print(helpText(parser, Words::tr("Usage: hubload remove REPO [options]")) + u'\n');
        return Exit::Done;
    }
    const cache::Layout layout(config.place.path);
    const auto removal = removalOf(config, parser);
    if (!removal)
        return fail(removal.error());
    const auto plan = cache::planRemoval(layout, *removal);
    if (!plan)
        return fail(plan.error());
    const bool isDryRun = parser.isSet(u"dry-run"_s);
    if (!parser.isSet(u"json"_s))
        tell(console, *plan);
    if (!isDryRun && !parser.isSet(u"yes"_s)) {
        if (!Console::canAsk()) {
            console.line(u"hubload: "_s
                         + Words::tr("Nobody is here to be asked; say --yes to delete it."));
            return Exit::WrongUse;
        }
        if (!console.ask(Words::tr("Delete it? [y/N]"), Console::Default::No))
            return Exit::Cancelled;
    }
    QJsonObject json = jsonOf(*plan);
    cache::Removed removed;
    if (!isDryRun) {
        auto done = cache::remove(layout, *plan);
        if (!done)
            return fail(done.error());
        removed = *done;
        json.insert(u"bytes_freed"_s, removed.freed);
    }
    json.insert(u"kept"_s, QJsonArray::fromStringList(removed.kept));
    for (const QString &kept : std::as_const(removed.kept))
        console.line(Words::tr("Stays: %1").arg(kept));
    if (parser.isSet(u"json"_s))
        console.print(QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact))
                      + u'\n');
    else if (!isDryRun)
        console.printLine(Words::tr("%1 freed").arg(size(removed.freed)));
    return removed.kept.isEmpty() ? Exit::Done : Exit::NotFetched;
}

} // namespace cli
