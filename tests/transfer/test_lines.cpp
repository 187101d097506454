#include <QSignalSpy>
#include <QTest>

#include "transfer/lines.h"

using transfer::Lines;

class TestLines : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void soManyAndNoMore();
    void whoHasLessComesFirst();
    void leavingGivesBack();
    void puttingBackTellsNobody();

private:
    int m_files[3] = {}; // their addresses
};

void TestLines::soManyAndNoMore()
{
    Lines lines;
    lines.setMost(3);
    lines.join(&m_files[0]);
    for (int i = 0; i < 3; ++i)
        QVERIFY(lines.take(&m_files[0])); // nobody else wants any
    QVERIFY(!lines.take(&m_files[0]));
    QCOMPARE(lines.inUse(), 3);
    lines.give(&m_files[0]);
    QVERIFY(lines.take(&m_files[0]));
}

void TestLines::whoHasLessComesFirst()
{
    Lines lines;
    lines.setMost(4);
    lines.join(&m_files[0]);
    for (int i = 0; i < 4; ++i)
        QVERIFY(lines.take(&m_files[0]));
    lines.join(&m_files[1]);
    QVERIFY(!lines.take(&m_files[1]));
    QSignalSpy freed(&lines, &Lines::freed);
    lines.give(&m_files[0]);
    QTRY_COMPARE(freed.count(), 1);
    QVERIFY(!lines.take(&m_files[0])); // it has three of four
    QVERIFY(lines.take(&m_files[1]));
    lines.give(&m_files[0]);
    QVERIFY(lines.take(&m_files[1]));
    lines.give(&m_files[0]);
    QVERIFY2(lines.take(&m_files[0]), "an even share belongs to everybody");
}

void TestLines::leavingGivesBack()
{
    Lines lines;
    lines.setMost(2);
    for (int &file : m_files)
        lines.join(&file);
    QVERIFY(lines.take(&m_files[0]));
    QVERIFY(lines.take(&m_files[1]));
    QVERIFY(!lines.take(&m_files[2]));
    QSignalSpy freed(&lines, &Lines::freed);
    lines.leave(&m_files[0]);
    QVERIFY(freed.wait());
    QVERIFY(lines.take(&m_files[2]));
    QCOMPARE(lines.inUse(), 2);
    lines.leave(&m_files[0]); // a second time is harmless
    QCOMPARE(lines.inUse(), 2);
}

void TestLines::puttingBackTellsNobody()
{
    Lines lines;
    lines.join(&m_files[0]);
    QVERIFY(lines.take(&m_files[0]));
    QSignalSpy freed(&lines, &Lines::freed);
    lines.putBack(&m_files[0]);
    QCoreApplication::processEvents();
    QCOMPARE(freed.count(), 0);
    QCOMPARE(lines.inUse(), 0);
}

QTEST_GUILESS_MAIN(TestLines)
#include "test_lines.moc"
