#pragma once

#include "stage.h"

#include <QApplication>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>
#include <QTreeView>

#include "cache/cachefixture.h"
#include "core/format.h"
#include "gui/models/librarymodel.h"
#include "gui/pages/librarydelete.h"
#include "gui/pages/librarypage.h"
#include "gui/widgets/statebanner.h"

// A cache put together by hand, and a window on its library.
struct LibraryScene {
    explicit LibraryScene(const QString &hub = QStringLiteral("http://127.0.0.1:9"))
        : program(std::make_unique<stage::Program>(folders, stage::configFor(folders, hub)))
    {
    }

    cache::Layout layout() const { return cache::Layout(folders.cache()); }
    void blob(char id, qint64 size, const core::RepoId &of = cachetest::repo())
    {
        QVERIFY(
            cachetest::writeFile(layout().blob(of, cachetest::sha256Id(id)), QByteArray(size, id)));
    }
    void link(char commit, const QString &path, char id, const core::RepoId &of = cachetest::repo())
    {
        const QString entry = layout().entry(of, cachetest::commit(commit), path);
        QVERIFY(QDir().mkpath(QFileInfo(entry).path()));
        QCOMPARE(::symlink(qPrintable(layout().linkTarget(path, cachetest::sha256Id(id))),
                           qPrintable(entry)),
                 0);
    }
    void ref(const QString &name, char commit, const core::RepoId &of = cachetest::repo())
    {
        QVERIFY(cachetest::writeFile(layout().ref(of, name), cachetest::commit(commit).toLatin1()));
    }
    // Two versions that share one of their files.
    void twoVersions()
    {
        blob('a', 4000);
        blob('b', 3000);
        blob('d', 2000);
        link('1', QStringLiteral("shared.bin"), 'a');
        link('1', QStringLiteral("sub/old.bin"), 'b');
        link('2', QStringLiteral("shared.bin"), 'a');
        link('2', QStringLiteral("new.bin"), 'd');
        ref(QStringLiteral("main"), '2');
    }
    bool has(char blob) const
    {
        return QFile::exists(layout().blob(cachetest::repo(), cachetest::sha256Id(blob)));
    }

    void open()
    {
        program->window().resize(1200, 760);
        program->window().show();
        program->window().goTo(gui::Place::Library);
        QTRY_VERIFY_WITH_TIMEOUT(!page().isScanning(), 20000);
        program->window().activateWindow();
    }
    gui::LibraryPage &page() { return program->window().libraryPage(); }
    QTreeView *list() { return program->find<QTreeView>("repoList"); }
    gui::LibraryModel *model() { return qobject_cast<gui::LibraryModel *>(list()->model()); }
    template <typename T> T *child(const char *name)
    {
        return page().findChild<T *>(QString::fromLatin1(name));
    }
    gui::LibraryItem item(gui::LibraryItem::Kind kind, char commit = 0, const QString &path = {})
    {
        return {kind, cachetest::repo(), commit ? cachetest::commit(commit) : QString(), path};
    }
    QModelIndex at(const gui::LibraryItem &item) { return model()->indexOf(item); }
    QString cell(const gui::LibraryItem &item, int column)
    {
        return at(item).siblingAtColumn(column).data().toString();
    }
    void pick(const gui::LibraryItem &item) { stage::clickRow(list(), at(item)); }
    void press(Qt::Key key, Qt::KeyboardModifiers with = {})
    {
        if (!box())
            program->window().activateWindow(); // no window manager does it
        QTRY_VERIFY(QApplication::focusWidget());
        QTest::keyClick(QApplication::focusWidget(), key, with);
    }
    QMessageBox *box()
    {
        const auto all = program->window().findChildren<QMessageBox *>();
        for (QMessageBox *one : all) {
            if (one->isVisible())
                return one;
        }
        return nullptr;
    }
    QPushButton *deleteButton()
    {
        return box()->findChild<QPushButton *>(QStringLiteral("deleteButton"));
    }
    gui::StateBanner *bar() { return child<gui::StateBanner>("undoBar"); }
    QPushButton *barButton()
    {
        return bar()->findChild<QPushButton *>(QStringLiteral("actionButton"));
    }

    stage::Folders folders;
    std::unique_ptr<stage::Program> program;
};
