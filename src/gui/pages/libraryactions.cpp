#include "gui/pages/libraryactions.h"

#include <QAction>
#include <QCoreApplication>
#include <QMenu>
#include <QRegularExpression>
#include <QWidget>

#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(gui::LibraryActions)
};

// For a shell: names come from strangers.
QString quoted(QString text)
{
    static const QRegularExpression harmless(u"^[A-Za-z0-9_./@:][A-Za-z0-9_./@:-]*$"_s);
    if (harmless.match(text).hasMatch())
        return text;
    return u'\'' + text.replace(u'\'', u"'\\''"_s) + u'\'';
}

} // namespace

LibraryActions LibraryActions::make(QWidget *page)
{
    const auto add = [page](const QString &text, const QString &iconName,
                            const QKeySequence &keys = {}) {
        auto *action = new QAction(Texts::phrase(text), page);
        action->setProperty("iconName", iconName);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        page->addAction(action);
        return action;
    };
    constexpr auto ctrlShift = Qt::CTRL | Qt::SHIFT;
    LibraryActions actions;
    actions.openRepo = add(Words::tr("Open repo &page"), u"discover"_s);
    actions.openFolder = add(Words::tr("Open &folder"), u"folder"_s);
    actions.copyPath = add(Words::tr("&Copy path"), u"copy"_s);
    actions.copyLine = add(Words::tr("Copy “&hf download” line"), u"copy"_s);
    actions.verify = add(Words::tr("&Verify"), u"info"_s, ctrlShift | Qt::Key_V);
    actions.verifyAll = add(Words::tr("Verify &everything"), u"info"_s);
    actions.remove = add(Words::tr("&Delete…"), u"remove"_s, Qt::Key_Delete);
    actions.undo = add(Words::tr("&Undo delete"), u"back"_s, Qt::CTRL | Qt::Key_Z);
    actions.reclaim = add(Words::tr("Recl&aim…"), {});
    actions.rescan = add(Words::tr("&Rescan"), u"reload"_s);
    return actions;
}

void LibraryActions::addRowsTo(QMenu *menu) const
{
    menu->addActions({openRepo, openFolder, copyPath, copyLine});
    menu->addSeparator();
    menu->addActions({verify, remove});
}

void LibraryActions::addTo(QMenu *menu) const
{
    addRowsTo(menu);
    menu->addAction(undo);
    menu->addSeparator();
    menu->addActions({verifyAll, reclaim, rescan});
}

QString downloadLine(const LibraryItem &item)
{
    if (!item.repo.isValid())
        return {};
    QString line = u"hf download "_s + quoted(item.repo.id());
    if (item.kind == LibraryItem::Kind::File)
        line += u' ' + quoted(item.path);
    if (item.repo.type() != core::RepoType::Model)
        line += u" --repo-type "_s + core::typeName(item.repo.type());
    if (!item.commit.isEmpty())
        line += u" --revision "_s + quoted(item.commit);
    return line;
}

} // namespace gui
