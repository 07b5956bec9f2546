//! The names that programs know.

/// Gives a shared object the functions and data of pcsc-lite's library, under their names. The argument is a static
/// [`Library`](crate::library::Library).
#[macro_export]
macro_rules! export {
    ($library:expr) => {
        const _: () = {
            use std::ffi::{c_char, c_void};

            use $crate::interface::{self, ContextNumber, Dword, Entry, HandleNumber, IoRequest, Long};

            $crate::export! {
                $library;
                SCardEstablishContext(scope: Dword, _one: *const c_void, _two: *const c_void, context: *mut ContextNumber)
                    => establish(scope, context);
                SCardReleaseContext(context: ContextNumber) => release(context);
                SCardIsValidContext(context: ContextNumber) => is_valid(context);
                SCardConnect(
                    context: ContextNumber, reader: *const c_char, share: Dword, preferred: Dword,
                    handle: *mut HandleNumber, active: *mut Dword
                ) => connect(context, reader.cast::<u8>(), share, preferred, handle, active);
                SCardReconnect(
                    handle: HandleNumber, share: Dword, preferred: Dword, initialization: Dword, active: *mut Dword
                ) => reconnect(handle, share, preferred, initialization, active);
                SCardDisconnect(handle: HandleNumber, disposition: Dword) => disconnect(handle, disposition);
                SCardBeginTransaction(handle: HandleNumber) => begin(handle);
                SCardEndTransaction(handle: HandleNumber, disposition: Dword) => end(handle, disposition);
                SCardStatus(
                    handle: HandleNumber, name: *mut c_char, name_length: *mut Dword, state: *mut Dword,
                    protocol: *mut Dword, atr: *mut u8, atr_length: *mut Dword
                ) => status(handle, name.cast::<u8>(), name_length, state, protocol, atr, atr_length);
                SCardGetStatusChange(
                    context: ContextNumber, timeout: Dword, entries: *mut Entry<c_char>, number: Dword
                ) => status_change(context, timeout, entries.cast::<Entry<u8>>(), number);
                SCardControl(
                    handle: HandleNumber, code: Dword, input: *const c_void, length: Dword, answer: *mut c_void,
                    most: Dword, returned: *mut Dword
                ) => control(handle, code, input, length, answer, most, returned);
                SCardTransmit(
                    handle: HandleNumber, protocol: *const IoRequest, command: *const u8, length: Dword,
                    received: *mut IoRequest, answer: *mut u8, answer_length: *mut Dword
                ) => transmit(handle, protocol, command, length, received, answer, answer_length);
                SCardListReaderGroups(context: ContextNumber, groups: *mut c_char, length: *mut Dword)
                    => groups(context, groups.cast::<u8>(), length);
                SCardListReaders(
                    context: ContextNumber, _groups: *const c_char, names: *mut c_char, length: *mut Dword
                ) => list(context, names.cast::<u8>(), length);
                SCardFreeMemory(context: ContextNumber, memory: *const c_void) => free(context, memory);
                SCardCancel(context: ContextNumber) => cancel(context);
                SCardGetAttrib(handle: HandleNumber, id: Dword, value: *mut u8, length: *mut Dword)
                    => attribute(handle, id, value, length);
                SCardSetAttrib(handle: HandleNumber, id: Dword, value: *const u8, length: Dword)
                    => set_attribute(handle, id, value, length);
            }

            #[unsafe(no_mangle)]
            extern "C" fn pcsc_stringify_error(code: Long) -> *const c_char {
                interface::stringify(code)
            }

            #[unsafe(no_mangle)]
            #[allow(non_upper_case_globals)]
            static g_rgSCardT0Pci: IoRequest = interface::T0;
            #[unsafe(no_mangle)]
            #[allow(non_upper_case_globals)]
            static g_rgSCardT1Pci: IoRequest = interface::T1;
            #[unsafe(no_mangle)]
            #[allow(non_upper_case_globals)]
            static g_rgSCardRawPci: IoRequest = interface::RAW;
        };
    };
    ($library:expr; $($name:ident($($argument:ident: $kind:ty),*) => $function:ident($($given:expr),*);)*) => {
        $(
            #[unsafe(no_mangle)]
            #[allow(non_snake_case, unused_unsafe)]
            unsafe extern "C" fn $name($($argument: $kind),*) -> Long {
                // SAFETY: the program vouches for its pointers, as the function says.
                unsafe { interface::$function(&$library, $($given),*) }
            }
        )*
    };
}
