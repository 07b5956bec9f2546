/* Somebody who starts a program in a console of its own, and presses Ctrl-C there once a file is there:
 *     ctrl_c FILE COMMAND-LINE
 * Ends with the code of the program, or with 200 and a word if something is in the way. */
#include <stdio.h>
#include <windows.h>

static int failed(const char *what) {
    fprintf(stderr, "%s: error %lu\n", what, GetLastError());
    return 200;
}

int main(int count, char **words) {
    if (count != 3) return failed("ctrl_c FILE COMMAND-LINE");
    STARTUPINFOA start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
    start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    PROCESS_INFORMATION started;
    if (!CreateProcessA(NULL, words[2], NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &start, &started))
        return failed("it does not start");
    while (GetFileAttributesA(words[1]) == INVALID_FILE_ATTRIBUTES)
        if (WaitForSingleObject(started.hProcess, 10) == WAIT_OBJECT_0) return failed("it has ended already");
    FreeConsole();
    if (!AttachConsole(started.dwProcessId)) return failed("it has no console");
    /* Not us. */
    SetConsoleCtrlHandler(NULL, TRUE);
    if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0)) return failed("Ctrl-C");
    if (WaitForSingleObject(started.hProcess, 30000) != WAIT_OBJECT_0) {
        TerminateProcess(started.hProcess, 201);
        return failed("it goes on");
    }
    DWORD code;
    if (!GetExitCodeProcess(started.hProcess, &code)) return failed("its code");
    return (int)code;
}
