#pragma once

#include <QTemporaryDir>

#include <memory>

#include "core/settings.h"
#include "gui/mainwindow.h"
#include "session/config.h"
#include "session/services.h"
#include "support/faultyhub.h"

QT_BEGIN_NAMESPACE
class QAbstractItemView;
class QModelIndex;
QT_END_NAMESPACE

namespace stage {

// A window with everything below it, on folders of its own. Built twice on the same Folders it is
// the program started again.
struct Folders {
    QTemporaryDir root;

    QString cache() const { return root.filePath(QStringLiteral("cache")); }
};

// The token of every Program here, and a Hub that knows it.
inline const QString token = QStringLiteral("hf_onlyForTheHubItself");
demo::DemoOptions hubOptions(qint64 bytesPerSecond = 0);
session::Config configFor(const Folders &folders, const QString &endpoint);

class Program {
public:
    Program(const Folders &folders, const session::Config &config);

    session::Services &services() { return m_services; }
    gui::MainWindow &window() { return m_window; }
    core::Settings &settings() { return m_settings; }

    template <typename T> T *find(const char *name) const
    {
        return m_window.findChild<T *>(QString::fromLatin1(name));
    }

private:
    core::Settings m_settings;
    session::Services m_services;
    gui::MainWindow m_window;
};

// Real presses, where a person would press.
void click(QWidget *button);
void clickRow(QAbstractItemView *view, const QModelIndex &index);
void doubleClickRow(QAbstractItemView *view, const QModelIndex &index);
void clickBox(QAbstractItemView *view, const QModelIndex &index);

} // namespace stage
