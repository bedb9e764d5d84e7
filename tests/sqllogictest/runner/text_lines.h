// Lines and words of a text, as views into it.
#pragma once

#include <string_view>
#include <vector>

namespace millrace::slt {

// Without their ends ("\n" or "\r\n"). A last line without an end counts; nothing after the last end does not.
std::vector<std::string_view> split_lines(std::string_view text);

// Separated by spaces and tabs.
std::vector<std::string_view> split_words(std::string_view line);

std::string_view trim(std::string_view text);
inline bool is_blank(std::string_view line) { return trim(line).empty(); }

}  // namespace millrace::slt
