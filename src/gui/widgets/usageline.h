#pragma once

#include <QList>
#include <QWidget>

namespace gui {

// What a disk is used for, as a bar with the words below it. The parts differ by pattern and by
// their order, not by colour alone. Owner: its page. GUI thread.
class UsageLine : public QWidget {
    Q_OBJECT
public:
    struct Part {
        QString name; // with its size, as it is read
        qint64 bytes = 0;
    };

    explicit UsageLine(QWidget *parent = nullptr);

    // The last part is what is free. No parts: nothing is known, and nothing is shown.
    void setParts(const QList<Part> &parts);
    QString text() const; // all of it in words
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    struct Word {
        int part = 0;
        QRect box; // as if written from left to right
    };
    QList<Word> words(int width) const;
    QBrush brush(int part) const;

    QList<Part> m_parts;
};

} // namespace gui
