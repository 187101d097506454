#pragma once

#include <QHash>
#include <QObject>
#include <QSet>

namespace transfer {

// The connections to file hosts that large files share: so many in all and no more. Whoever has
// taken less than an even share and wants one is served before those who have more.
// Owner: Worker. I/O thread.
class Lines : public QObject {
    Q_OBJECT
public:
    explicit Lines(QObject *parent = nullptr);

    void setMost(int most);
    int most() const { return m_most; }
    int inUse() const { return m_inUse; }

    // who: an address that stands for one file.
    void join(const void *who);
    void leave(const void *who); // gives back all it has
    int members() const { return static_cast<int>(m_taken.size()); }

    // True: one more belongs to who. False: not now; freed() tells when to ask again.
    bool take(const void *who);
    void give(const void *who);
    void putBack(const void *who); // taken a moment ago and not needed

Q_SIGNALS:
    void freed(); // queued, once for many

private:
    int share() const;
    void tellSoon();

    QHash<const void *, int> m_taken;
    QSet<const void *> m_waiting; // with less than their share
    int m_most = 16;
    int m_inUse = 0;
    bool m_telling = false;
};

} // namespace transfer
