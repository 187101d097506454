#include "demo/catalogue.h"
namespace demo {
QList<Repo> demoCatalogue()
{
    return {};
}
} // namespace demo
