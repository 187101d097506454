#pragma once

#include <QByteArray>

#include <csetjmp>
#include <gumbo.h>
#include <memory>
#include <vector>

namespace gui {

// A parsed HTML document in memory of a fixed limit. The parser of Debian takes any text, but a
// small hostile one can make it build a tree of gigabytes and free it by deep recursion: so it
// allocates here, is left by longjmp when the limit is reached (only C frames lie between), and
// everything is dropped at once. One thread at a time.
class HtmlTree {
public:
    HtmlTree();
    ~HtmlTree();
    Q_DISABLE_COPY_MOVE(HtmlTree)

    // The <html> node, or null when the text needs more than the limit. html outlives the tree.
    const GumboNode *parse(const QByteArray &html);

private:
    static void *allocate(void *self, size_t size);
    static void drop(void *self, void *memory);

    std::vector<std::unique_ptr<char[]>> m_blocks;
    size_t m_left = 0; // in the last block
    size_t m_total = 0;
    std::jmp_buf m_tooMuch;
};

} // namespace gui
