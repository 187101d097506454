#include "cli/program.h"

#include <QDir>
#include <QElapsedTimer>
#include <QJsonDocument>

#include "core/digest.h"

using namespace Qt::StringLiterals;

QList<QJsonObject> Run::events() const
{
    QList<QJsonObject> result;
    for (const QByteArray &line : out.split('\n')) {
        if (line.isEmpty())
            continue;
        const QJsonDocument document = QJsonDocument::fromJson(line);
        if (!document.isObject() || document.object().value("version"_L1).toInt() != 1)
            return {};
        result.append(document.object());
    }
    return out.endsWith('\n') ? result : QList<QJsonObject>();
}

QList<QJsonObject> Run::events(const QString &name) const
{
    QList<QJsonObject> result = events();
    result.removeIf(
        [&](const QJsonObject &event) { return event.value("event"_L1).toString() != name; });
    return result;
}

QJsonObject Run::end() const
{
    const auto all = events();
    const bool isEnd = !all.isEmpty() && all.last().value("event"_L1).toString() == "end"_L1;
    return isEnd ? all.last() : QJsonObject();
}

QStringList Run::errorLines() const
{
    return QString::fromUtf8(err).split(u'\n', Qt::SkipEmptyParts);
}

Program::Program()
    : m_hub(std::make_unique<support::FaultyHub>())
{
    environment.insert(u"HOME"_s, m_folder.path());
    environment.insert(u"PATH"_s, qEnvironmentVariable("PATH"));
    environment.insert(u"HF_ENDPOINT"_s, m_hub->endpoint());
    environment.insert(u"HF_HUB_CACHE"_s, cache());
    for (const char *name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"})
        environment.insert(QString::fromLatin1(name), qEnvironmentVariable(name));
}

void Program::useHub(const demo::DemoOptions &options)
{
    m_hub = std::make_unique<support::FaultyHub>(QList<demo::Repo>(), options);
    environment.insert(u"HF_ENDPOINT"_s, m_hub->endpoint());
}

std::unique_ptr<QProcess> Program::begin(const QStringList &arguments) const
{
    auto process = std::make_unique<QProcess>();
    process->setProcessEnvironment(environment);
    process->setWorkingDirectory(m_folder.path());
    process->setStandardInputFile(QProcess::nullDevice());
    process->start(QStringLiteral(HUBLOAD_PROGRAM), arguments);
    return process;
}

Run Program::finish(QProcess *process, int seconds)
{
    Run run;
    const bool inTime = process->waitForFinished(seconds * 1000);
    run.ended = inTime && process->exitStatus() == QProcess::NormalExit;
    run.exit = run.ended ? process->exitCode() : -1;
    run.out = process->readAllStandardOutput();
    run.err = process->readAllStandardError();
    if (!inTime) {
        process->kill();
        process->waitForFinished();
    }
    if (!run.ended)
        qWarning("the program did not end by itself: %s", run.err.right(4000).constData());
    return run;
}

Run Program::run(const QStringList &arguments, int seconds)
{
    QElapsedTimer timer;
    timer.start();
    const auto process = begin(arguments);
    Run run = finish(process.get(), seconds);
    run.milliseconds = timer.elapsed();
    return run;
}

Run Program::get(const QStringList &arguments, int seconds)
{
    return run(QStringList{u"get"_s} + arguments, seconds);
}

Run Program::getJson(const QStringList &arguments, int seconds)
{
    return get(arguments + QStringList{u"--yes"_s, u"--wait"_s, u"--json"_s}, seconds);
}

QString Program::entry(const demo::Repo &repo, const QString &path) const
{
    return layout().entry(repo.id, repo.commit, path);
}

bool Program::isRight(const demo::Repo &repo, const demo::File &file) const
{
    const auto hex = core::digestOfFile(entry(repo, file.path), core::ContentId::Kind::Sha256);
    return hex && *hex == file.content->sha256();
}

bool Program::allRight(const demo::Repo &repo) const
{
    return std::all_of(repo.files.begin(), repo.files.end(),
                       [&](const demo::File &file) { return isRight(repo, file); });
}

QStringList Program::leftovers(const demo::Repo &repo) const
{
    QStringList names =
        QDir(layout().blobs(repo.id)).entryList(QDir::Files | QDir::Hidden | QDir::System);
    names.removeIf([](const QString &name) { return name.size() == 40 || name.size() == 64; });
    return names;
}
