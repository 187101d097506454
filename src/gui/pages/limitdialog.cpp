#include "gui/pages/limitdialog.h"

#include "ui_limitdialog.h"

namespace gui {

LimitDialog::LimitDialog(const QString &title, const QString &note, const core::SpeedLimit &limit,
                         QWidget *parent)
    : QDialog(parent)
    , m_ui(std::make_unique<Ui::LimitDialog>())
{
    m_ui->setupUi(this);
    setAttribute(Qt::WA_DeleteOnClose);
    m_ui->titleLabel->setText(title);
    m_ui->noteLabel->setText(note);
    m_ui->noteLabel->setVisible(!note.isEmpty());
    m_ui->choice->setLimit(limit);
    m_ui->choice->setFocus();
    connect(m_ui->cancelButton, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_ui->setButton, &QPushButton::clicked, this, &QDialog::accept);
}

LimitDialog::~LimitDialog() = default;

core::SpeedLimit LimitDialog::limit() const
{
    return m_ui->choice->limit();
}

} // namespace gui
