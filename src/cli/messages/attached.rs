//! What is said about the library of ours beside programs of Windows.

use super::{Bilingual, Language, in_both};
use crate::shown;

messages! {
    /// A message about the library beside a program.
    #[cfg_attr(not(windows), expect(dead_code, reason = "only Windows has programs that are run with it"))]
    Attached:
    /// For which programs it is.
    For32 { programs } = {
        en: "the library is for programs of 32 bits: {programs}",
        fr: "la bibliothèque est pour les programmes 32 bits : {programs}"
    };
    /// The same.
    For64 { programs } = {
        en: "the library is for programs of 64 bits: {programs}",
        fr: "la bibliothèque est pour les programmes 64 bits : {programs}"
    };
    /// Which readers they find.
    FindsNamed { name } = {
        en: "they find the readers of virtuale serve --name {name}, whenever these run",
        fr: "ils trouvent les lecteurs de virtuale serve --name {name}, quand ceux-ci tournent"
    };
    /// The same.
    FindsSocket { socket } = {
        en: "they find the readers of {socket}, whenever these run",
        fr: "ils trouvent les lecteurs de {socket}, quand ceux-ci tournent"
    };
    /// The same.
    FindsOnly = {
        en: "they find the readers of PCSCLITE_CSOCK_NAME, else the only ones that you run; --name or --socket says which",
        fr: "ils trouvent les lecteurs de PCSCLITE_CSOCK_NAME, sinon les seuls qui tournent ; --name ou --socket dit lesquels"
    };
    /// How it ends.
    TakeAway { folder } = {
        en: "to take it away: virtuale detach {folder}",
        fr: "pour l'enlever : virtuale detach {folder}"
    };
    /// A file is in the way.
    NotOurs { path } = {
        en: "{path} is there, and is not ours: nothing was changed",
        fr: "{path} existe, et n'est pas à nous : rien n'a été changé"
    };
    /// What to do then.
    MoveAway = {
        en: "see whose it is: some programs bring a PC/SC library of their own; move it away for the time of your tests",
        fr: "voir à qui il est : des programmes apportent leur bibliothèque PC/SC ; le déplacer le temps des essais"
    };
    /// It was of another version.
    Replaced { path } = {
        en: "{path} was of another version of virtuale, or damaged: it was replaced",
        fr: "{path} était d'une autre version de virtuale, ou abîmé : il a été remplacé"
    };
    /// The same of one that is taken away.
    WasOnce { path } = {
        en: "{path} was of another version of virtuale, or damaged",
        fr: "{path} était d'une autre version de virtuale, ou abîmé"
    };
    /// It is marked so.
    ReadOnly { path } = {
        en: "{path} is marked read-only, and stays as it is",
        fr: "{path} est marqué en lecture seule, et reste tel quel"
    };
    /// What to do then.
    TakeMark { path } = {
        en: "take the mark off: attrib -R {path}",
        fr: "enlever cette marque : attrib -R {path}"
    };
    /// Wine looks elsewhere first.
    UnderWine = {
        en: "this is Wine, which takes its own winscard.dll before the one beside a program, unless it is started with WINEDLLOVERRIDES=winscard=n,b (docs/windows.md)",
        fr: "ceci est Wine, qui prend sa propre winscard.dll avant celle à côté d'un programme, sauf s'il est lancé avec WINEDLLOVERRIDES=winscard=n,b (docs/windows.md)"
    };
    /// It cannot be written or removed.
    CannotChange { path } = {
        en: "{path} cannot be written or removed",
        fr: "{path} ne peut être ni écrit ni enlevé"
    };
    /// What to do then.
    EndProgram = {
        en: "end the programs that use it; if there are none, you may not write to this folder: ask who may, or use a copy of the program in a folder of your own",
        fr: "terminer les programmes qui l'utilisent ; s'il n'y en a pas, vous ne pouvez pas écrire dans ce dossier : demander à qui le peut, ou prendre une copie du programme dans un dossier à vous"
    };
    /// There is no program.
    NoProgram { path } = {
        en: "{path} is no program of Windows, and no folder of one",
        fr: "{path} n'est ni un programme de Windows, ni le dossier de l'un d'eux"
    };
    /// What to do then.
    NameFolder = {
        en: "give the folder in which its .exe file lies, or that file",
        fr: "donner le dossier de son fichier .exe, ou ce fichier"
    };
    /// One library cannot be for both.
    BothWidths { one, other } = {
        en: "programs of two kinds are there, and one library cannot be for both: {one}, {other}",
        fr: "il y a des programmes de deux sortes, et une bibliothèque ne sert pas aux deux : {one}, {other}"
    };
    /// What to do then.
    NameProgram = { en: "give the .exe file that is meant", fr: "donner le fichier .exe en question" };
    /// A program of another system.
    NotHere = {
        en: "this virtuale is for another system, and has no winscard.dll with it",
        fr: "ce virtuale est pour un autre système, et n'a pas de winscard.dll avec lui"
    };
    /// What to do then.
    UseOnWindows = {
        en: "use virtuale.exe; under Wine: wine virtuale.exe attach FOLDER, whose readers run there too (docs/windows.md)",
        fr: "prendre virtuale.exe ; sous Wine : wine virtuale.exe attach DOSSIER, dont les lecteurs y tournent aussi (docs/windows.md)"
    };
    /// There is no library of that width.
    NoLibrary { bits } = {
        en: "this virtuale.exe has no winscard.dll for programs of this kind ({bits})",
        fr: "ce virtuale.exe n'a pas de winscard.dll pour les programmes de cette sorte ({bits})"
    };
    /// What to do then.
    AddTarget = {
        en: "those of the releases have it; to build one with it: rustup target add i686-pc-windows-gnu, and a mingw for i686",
        fr: "ceux des publications l'ont ; pour le compiler : rustup target add i686-pc-windows-gnu, et un mingw pour i686"
    };
    /// What to do then.
    BuildForWindows = {
        en: "there is one for programs of 32 and 64 bits (x86), built for the targets i686- and x86_64-pc-windows-gnu",
        fr: "il y en a une pour les programmes 32 et 64 bits (x86), compilée pour les cibles i686- et x86_64-pc-windows-gnu"
    };
    /// There is no place for readers.
    SetLocal = { en: "set LOCALAPPDATA to a folder", fr: "donner un dossier à LOCALAPPDATA" };
    /// There is nothing to take away.
    NothingThere { folder } = {
        en: "nothing of `virtuale attach` is in {folder}",
        fr: "il n'y a rien de `virtuale attach` dans {folder}"
    };
    /// Something else was left.
    LeftOthers { path } = {
        en: "{path} is not ours, and stays",
        fr: "{path} n'est pas à nous, et reste"
    };
    /// A program of Windows itself.
    OfWindows { program } = {
        en: "nothing is put beside {program}, which is part of Windows: attach the folder of the program that asks for cards",
        fr: "rien n'est mis à côté de {program}, qui fait partie de Windows : attacher le dossier du programme qui demande des cartes"
    };
    /// The library could not be put there, and may not be needed there.
    NotBeside { program, why } = {
        en: "the PC/SC library is not beside {program}: {why}",
        fr: "la bibliothèque PC/SC n'est pas à côté de {program} : {why}"
    };
    /// It could not be taken away.
    Stays { path } = {
        en: "{path} is still in use, and stays: virtuale detach takes it away later",
        fr: "{path} est encore utilisé, et reste : virtuale detach l'enlèvera plus tard"
    };
}
