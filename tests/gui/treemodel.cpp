#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>
#include <QTreeView>

#include "gui/models/repotreemodel.h"
#include "gui/naturalorder.h"

using namespace Qt::StringLiterals;

namespace {

hub::TreeEntry file(const QString &path, qint64 size = 1)
{
    hub::TreeEntry entry;
    entry.path = path;
    entry.size = size;
    return entry;
}

QStringList topNames(const QAbstractItemModel &model, const QModelIndex &parent = {})
{
    QStringList names;
    for (int row = 0; row < model.rowCount(parent); ++row)
        names << model.index(row, 0, parent).data().toString();
    return names;
}

Qt::CheckState tick(const QModelIndex &index)
{
    return static_cast<Qt::CheckState>(index.data(Qt::CheckStateRole).toInt());
}

} // namespace

class TreeModelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void putsFoldersFirstInNaturalOrder()
    {
        gui::RepoTreeModel model;
        model.append({file(u"part10.bin"_s), file(u"z/a.txt"_s), file(u"part2.bin"_s),
                      file(u"README.md"_s), file(u"a/b/c.txt"_s)});
        QCOMPARE(topNames(model),
                 (QStringList{u"a"_s, u"z"_s, u"part2.bin"_s, u"part10.bin"_s, u"README.md"_s}));
        model.append({file(u"part1.bin"_s), file(u"m/x"_s)}); // a later page, out of order
        QCOMPARE(topNames(model),
                 (QStringList{u"a"_s, u"m"_s, u"z"_s, u"part1.bin"_s, u"part2.bin"_s,
                              u"part10.bin"_s, u"README.md"_s}));
    }

    void countsTicks()
    {
        gui::RepoTreeModel model;
        model.append({file(u"d/a"_s, 10), file(u"d/b"_s, 20), file(u"c"_s, 5)});
        const QModelIndex folder = model.index(0, 0);
        QCOMPARE(tick(folder), Qt::Unchecked);
        QVERIFY(model.setData(model.index(0, 0, folder), Qt::Checked, Qt::CheckStateRole));
        QCOMPARE(tick(folder), Qt::PartiallyChecked);
        QCOMPARE(model.tickedBytes(), 10);
        QVERIFY(model.setData(folder, Qt::Checked, Qt::CheckStateRole));
        QCOMPARE(tick(folder), Qt::Checked);
        QCOMPARE(model.tickedFiles(), 2);
        model.append({file(u"d/late"_s, 40)}); // a ticked folder means all of it
        QCOMPARE(model.tickedBytes(), 70);
        model.tickNone();
        QCOMPARE(model.tickedFiles(), 0);
        QCOMPARE(model.listing().size(), 4);
    }

    void filtersByWordsAndPatterns()
    {
        gui::RepoTreeModel model;
        model.append(
            {file(u"q/Model-Q4.gguf"_s), file(u"q/model-q8.gguf"_s), file(u"README.md"_s)});
        model.setFilter(u"q4"_s);
        QCOMPARE(model.shownFiles(), 1);
        model.setFilter(u"*.gguf"_s);
        QCOMPARE(model.shownFiles(), 2);
        model.tickAll();
        QCOMPARE(model.tickedFiles(), 2);
        QVERIFY(model.setData(model.index(0, 0), Qt::Checked, Qt::CheckStateRole));
        QCOMPARE(model.tickedFiles(), 0); // all shown were ticked: the press takes them away
        model.setFilter(QString());
        QCOMPARE(model.shownFiles(), 3);
        QVERIFY(model.tickPath(u"README.md"_s).isValid());
        QCOMPARE(model.ticked().constFirst().path, u"README.md"_s);
        QVERIFY(!model.tickPath(u"nothing"_s).isValid());
    }

    void ignoresRepeatedPaths()
    {
        gui::RepoTreeModel model;
        model.append({file(u"a"_s), file(u"a"_s), file(u"d/x"_s)});
        model.append({file(u"a"_s), file(u"d"_s)});
        QCOMPARE(model.fileCount(), 2);
    }

    void keepsItsPromisesUnderRandomChanges()
    {
        const quint32 seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        QRandomGenerator random(seed);
        gui::RepoTreeModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTreeView view;
        view.setModel(&model);
        for (int step = 0; step < 300; ++step) {
            QList<hub::TreeEntry> page;
            for (int i = 0; i < 5; ++i) {
                QString path;
                for (int depth = random.bounded(4); depth > 0; --depth)
                    path += u"d%1/"_s.arg(random.bounded(4));
                page << file(path + u"f%1"_s.arg(random.bounded(400)), random.bounded(1000));
            }
            switch (random.bounded(6)) {
            case 0:
                model.setFilter(random.bounded(2) ? u"f1"_s : QString());
                break;
            case 1:
                random.bounded(2) ? model.tickAll() : model.tickNone();
                break;
            case 2:
                if (random.bounded(20) == 0)
                    model.clear();
                break;
            case 3:
                if (model.rowCount() > 0)
                    model.setData(model.index(random.bounded(model.rowCount()), 0),
                                  random.bounded(2) ? Qt::Checked : Qt::Unchecked,
                                  Qt::CheckStateRole);
                break;
            default:
                model.append(page);
                break;
            }
            qint64 bytes = 0;
            const QList<hub::TreeEntry> ticked = model.ticked();
            for (const hub::TreeEntry &entry : ticked)
                bytes += entry.size;
            QCOMPARE(model.tickedBytes(), bytes);
            QCOMPARE(model.tickedFiles(), int(ticked.size()));
        }
    }

    void takesHundredThousandFiles()
    {
        gui::RepoTreeModel model;
        QElapsedTimer timer;
        timer.start();
        QTreeView view;
        view.setUniformRowHeights(true);
        view.setModel(&model);
        for (int page = 99; page >= 0; --page) { // the worst order
            QList<hub::TreeEntry> entries;
            for (int i = 0; i < 1000; ++i)
                entries << file(u"data/%1"_s.arg(page * 1000 + i, 7, 10, QChar(u'0')));
            model.append(entries);
        }
        model.tickAll();
        model.setFilter(u"*99"_s);
        QCOMPARE(model.shownFiles(), 1000);
        model.setFilter(QString());
        QCOMPARE(model.tickedFiles(), 100000);
        QVERIFY2(timer.elapsed() < 60000, qPrintable(QString::number(timer.elapsed())));
        qInfo("%lld ms", static_cast<long long>(timer.elapsed()));
    }
};

QTEST_MAIN(TreeModelTest)
#include "treemodel.moc"
