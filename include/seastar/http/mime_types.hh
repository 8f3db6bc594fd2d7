/// Types of content by a file's extension.
#pragma once

#include <seastar/core/sstring.hh>

namespace seastar::http::mime_types {

/// "text/html" for "html"; "text/plain" for an extension that is not known. The text lives for ever.
const char* extension_to_type(const sstring& extension);

}
