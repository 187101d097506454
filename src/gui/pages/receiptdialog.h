#pragma once

#include <QDialog>

#include <functional>
#include <memory>

#include "cache/location.h"
#include "core/ids.h"
#include "hub/types.h"
#include "session/receipt.h"

namespace transfer {
class Engine;
}

namespace gui {

namespace Ui {
class ReceiptDialog;
}

// What getting the ticked files means, in exact bytes, before anything is fetched. Opened, never
// executed. Owner: RepoPage. GUI thread.
class ReceiptDialog : public QDialog {
    Q_OBJECT
public:
    ReceiptDialog(const core::RepoId &repo, const QString &revision, const QString &commit,
                  const QList<hub::TreeEntry> &chosen, const cache::Location &place, qint64 reserve,
                  const transfer::Engine &engine, QWidget *parent = nullptr);
    ~ReceiptDialog() override;

private:
    struct Facts {
        session::Receipt receipt;
        qint64 diskSize = 0;
        qint64 reserve = 0;
    };
    static QString exactly(qint64 bytes);
    void look();
    void showFacts(const Facts &facts);
    void showDisk(const Facts &facts);

    std::unique_ptr<Ui::ReceiptDialog> m_ui;
    const transfer::Engine &m_engine;
    std::function<Facts(const QList<transfer::Need> &)> m_look; // blocks: pool only
};

} // namespace gui
