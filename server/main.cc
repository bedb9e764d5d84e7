#include "server/command_line.h"

int main(int argc, char** argv) { return millrace::server::run_command({argv + 1, argv + argc}); }
