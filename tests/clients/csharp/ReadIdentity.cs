using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

/// <summary>Reads who is on the card, calling libpcsclite as the libraries of the .NET world do. Its long is a machine word.</summary>
static class ReadIdentity
{
    const string Library = "libpcsclite.so.1";
    static readonly IntPtr System = (IntPtr)2, Shared = (IntPtr)2, AnyProtocol = (IntPtr)3, Reset = (IntPtr)1;

    [StructLayout(LayoutKind.Sequential)]
    struct IoRequest { public IntPtr Protocol, Length; }

    [DllImport(Library)]
    static extern int SCardEstablishContext(IntPtr scope, IntPtr reserved1, IntPtr reserved2, out IntPtr context);
    [DllImport(Library)]
    static extern int SCardReleaseContext(IntPtr context);
    [DllImport(Library)]
    static extern int SCardListReaders(IntPtr context, byte[] groups, byte[] readers, ref IntPtr length);
    [DllImport(Library)]
    static extern int SCardConnect(
        IntPtr context, byte[] reader, IntPtr share, IntPtr protocols, out IntPtr card, out IntPtr protocol);
    [DllImport(Library)]
    static extern int SCardTransmit(
        IntPtr card, ref IoRequest sent, byte[] command, IntPtr length, IntPtr received, byte[] answer, ref IntPtr room);
    [DllImport(Library)]
    static extern int SCardDisconnect(IntPtr card, IntPtr disposition);

    static void Main()
    {
        Must(SCardEstablishContext(System, IntPtr.Zero, IntPtr.Zero, out IntPtr context), "SCardEstablishContext");
        IntPtr length = IntPtr.Zero;
        Must(SCardListReaders(context, null, null, ref length), "SCardListReaders");
        byte[] names = new byte[(int)length];
        Must(SCardListReaders(context, null, names, ref length), "SCardListReaders");
        string reader = Encoding.UTF8.GetString(names).Split('\0')[0];
        byte[] wanted = Encoding.UTF8.GetBytes(reader + "\0");
        Must(SCardConnect(context, wanted, Shared, AnyProtocol, out IntPtr card, out IntPtr protocol), "SCardConnect");
        Console.WriteLine($"{reader}: T={(int)protocol - 1}");

        Data(card, protocol, "00 A4 00 0C 02 3F 00");
        byte[] people = Data(card, protocol, "00 B0 82 00 00");
        for (int at = 0; at + 1 < people.Length && people[at] == 0x65; at += 2 + people[at + 1])
            Console.WriteLine(Encoding.GetEncoding("ISO-8859-1").GetString(people, at + 4, people[at + 3]));
        byte[] refusal = Transmit(card, protocol, "00 A4 00 0C 02 7E 57");
        if (!refusal.SequenceEqual(new byte[] { 0x6A, 0x82 }))
            throw new Exception("a file that is not there gets " + BitConverter.ToString(refusal));

        Must(SCardDisconnect(card, Reset), "SCardDisconnect");
        Must(SCardReleaseContext(context), "SCardReleaseContext");
    }

    /// <summary>The data of an answer that must be 9000.</summary>
    static byte[] Data(IntPtr card, IntPtr protocol, string command)
    {
        byte[] answer = Transmit(card, protocol, command);
        int data = answer.Length - 2;
        if (answer[data] != 0x90 || answer[data + 1] != 0)
            throw new Exception(command + " gets " + BitConverter.ToString(answer, data));
        return answer.Take(data).ToArray();
    }

    static byte[] Transmit(IntPtr card, IntPtr protocol, string command)
    {
        byte[] bytes = command.Split(' ').Select(pair => Convert.ToByte(pair, 16)).ToArray();
        byte[] answer = new byte[258];
        IntPtr room = (IntPtr)answer.Length;
        IoRequest request = new IoRequest { Protocol = protocol, Length = (IntPtr)Marshal.SizeOf<IoRequest>() };
        Must(SCardTransmit(card, ref request, bytes, (IntPtr)bytes.Length, IntPtr.Zero, answer, ref room), command);
        return answer.Take((int)room).ToArray();
    }

    static void Must(int result, string what)
    {
        if (result != 0)
            throw new Exception($"{what} gives 0x{result:X8}");
    }
}
