#include "faultmatrix.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <QThread>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <future>

namespace faults {

using namespace Qt::StringLiterals;

namespace {

constexpr int atOnce = 20; // most of them wait

struct Outcome {
    QStringList complaints;
    QString skipped;
};

Outcome outcomeOf(const Fault &fault)
{
    FaultRun run(fault);
    run.run();
    return {run.complaints(), run.skipped()};
}

QString endOf(const Fault &fault)
{
    if (!fault.error)
        return u"verified file"_s;
    const QString kept = fault.kept == Kept::Intact ? u", the partial is intact"_s
        : fault.kept == Kept::Nothing               ? u", nothing is kept"_s
                                                    : QString();
    const QString end = isTriedOn(*fault.error) ? u"tried on and on: `%1`"_s : u"error `%1`"_s;
    return end.arg(core::kindName(*fault.error)) + kept;
}

} // namespace

struct FaultMatrix::Private {
    void work();

    QString chapter;
    QList<Fault> faults;
    QList<qsizetype> wanted; // rows, in their order
    std::atomic<qsizetype> taken = 0;
    std::vector<std::promise<Outcome>> outcomes; // one a row
    std::vector<qint64> milliseconds; // one a row; read after the threads have ended
    std::vector<std::unique_ptr<QThread>> threads;
};

void FaultMatrix::Private::work()
{
    for (qsizetype i = taken++; i < wanted.size(); i = taken++) {
        const qsizetype row = wanted.at(i);
        QElapsedTimer time;
        time.start();
        const Outcome outcome = outcomeOf(faults.at(row));
        milliseconds[static_cast<size_t>(row)] = time.elapsed();
        outcomes[static_cast<size_t>(row)].set_value(outcome);
    }
}

FaultMatrix::FaultMatrix(const QString &chapter, const QList<Fault> &faults)
    : d(std::make_unique<Private>())
{
    d->chapter = chapter;
    d->faults = faults;
    d->outcomes.resize(static_cast<size_t>(faults.size()));
    d->milliseconds.resize(static_cast<size_t>(faults.size()));
}

FaultMatrix::~FaultMatrix() = default;

int FaultMatrix::exec(int argc, char **argv, const QString &chapter, const QList<Fault> &faults)
{
    QCoreApplication app(argc, argv);
    FaultMatrix matrix(chapter, faults);
    if (app.arguments().value(1) == "--table"_L1) {
        std::puts(qPrintable(matrix.table().join(u'\n')));
        return 0;
    }
    return QTest::qExec(&matrix, argc, argv);
}

// Those that are asked for by "endsAsItShould:name"; without a name all of them.
void FaultMatrix::initTestCase()
{
    QStringList names;
    for (const QString &argument : QCoreApplication::arguments().mid(1)) {
        if (argument.startsWith("endsAsItShould:"_L1))
            names.append(argument.section(u':', 1));
    }
    for (qsizetype row = 0; row < d->faults.size(); ++row) {
        if (names.isEmpty() || names.contains(d->faults.at(row).name))
            d->wanted.append(row);
    }
    for (int i = 0; i < atOnce; ++i) {
        d->threads.emplace_back(QThread::create([this] { d->work(); }));
        d->threads.back()->start();
    }
}

QStringList FaultMatrix::table() const
{
    QStringList lines;
    for (const Fault &fault : std::as_const(d->faults))
        lines.append(u"| %1 | %2 |"_s.arg(fault.name, endOf(fault)));
    return lines;
}

void FaultMatrix::isDocumented()
{
    QFile file(QStringLiteral(HUBLOAD_FAULTS_DOC));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QString text = QString::fromUtf8(file.readAll());
    const QString chapter =
        text.section(u"\n## "_s + d->chapter + u'\n', 1).section(u"\n## "_s, 0, 0);
    QStringList rows;
    for (const QString &line : chapter.split(u'\n')) {
        if (line.startsWith("| "_L1) && !line.startsWith("| fault "_L1)
            && !line.startsWith("| ---"_L1))
            rows.append(line);
    }
    QCOMPARE(rows, table());
}

void FaultMatrix::endsAsItShould_data()
{
    QTest::addColumn<qsizetype>("row");
    for (qsizetype row = 0; row < d->faults.size(); ++row)
        QTest::newRow(qPrintable(d->faults.at(row).name)) << row;
}

void FaultMatrix::endsAsItShould()
{
    QFETCH(qsizetype, row);
    const Outcome outcome = d->outcomes[static_cast<size_t>(row)].get_future().get();
    if (!outcome.skipped.isEmpty())
        QSKIP(qPrintable(outcome.skipped));
    QVERIFY2(outcome.complaints.isEmpty(), qPrintable(outcome.complaints.join(u"; "_s)));
}

void FaultMatrix::cleanupTestCase()
{
    for (const auto &thread : d->threads)
        thread->wait();
    QList<std::pair<qint64, QString>> times;
    for (const qsizetype row : std::as_const(d->wanted))
        times.append({d->milliseconds[static_cast<size_t>(row)], d->faults.at(row).name});
    std::sort(times.begin(), times.end(), std::greater<>());
    for (const auto &[milliseconds, name] : times.first(std::min<qsizetype>(times.size(), 3)))
        qInfo() << milliseconds << "ms:" << qPrintable(name);
}

} // namespace faults
