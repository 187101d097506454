#include "gui/widgets/htmltree.h"

#include <algorithm>
#include <cstddef>

namespace gui {

namespace {

constexpr size_t limit = 96 * 1024 * 1024;
constexpr size_t blockSize = 256 * 1024;

} // namespace

HtmlTree::HtmlTree() = default;
HtmlTree::~HtmlTree() = default;

void *HtmlTree::allocate(void *self, size_t size)
{
    auto *tree = static_cast<HtmlTree *>(self);
    constexpr size_t unit = alignof(std::max_align_t);
    const size_t need = (std::max<size_t>(size, 1) + unit - 1) / unit * unit;
    if (need > limit || tree->m_total > limit - need)
        std::longjmp(tree->m_tooMuch, 1);
    if (need > tree->m_left) {
        const size_t fresh = std::max(need, blockSize);
        tree->m_blocks.emplace_back(new char[fresh]);
        tree->m_left = fresh;
    }
    // Blocks are used from their end.
    tree->m_left -= need;
    tree->m_total += need;
    return tree->m_blocks.back().get() + tree->m_left;
}

void HtmlTree::drop(void *, void *) { }

const GumboNode *HtmlTree::parse(const QByteArray &html)
{
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = &HtmlTree::allocate;
    options.deallocator = &HtmlTree::drop;
    options.userdata = this;
    options.max_errors = 0;
    if (setjmp(m_tooMuch) != 0)
        return nullptr;
    const GumboOutput *output =
        gumbo_parse_with_options(&options, html.constData(), static_cast<size_t>(html.size()));
    return output->root;
}

} // namespace gui
