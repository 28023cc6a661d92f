"""The demonstration's accounts: one for each kind of user."""

from dataclasses import dataclass

PASSWORD = "lapau-contoh"  # noqa: S105 - printed for everybody to read


@dataclass(frozen=True)
class DemoAccount:
    """Who signs in with what, and where they begin."""

    role: str
    login: str
    name: str
    where: str
    password: str = PASSWORD


ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount("Pembeli", "pembeli@contoh.invalid", "Rani Contoh", "/akun/"),
    DemoAccount("Penjual UMKM (Bukittinggi)", "penjual@contoh.invalid", "Uni Contoh", "/toko-saya/"),
    DemoAccount("Operator tiket (Bukittinggi)", "operator@contoh.invalid", "Operator Tiket Contoh", "/toko-saya/"),
    DemoAccount("Petugas gerbang (Bukittinggi)", "gerbang@contoh.invalid", "Petugas Contoh", "/gerbang/"),
    DemoAccount("Editor dinas (Bukittinggi)", "editor.bukittinggi@contoh.invalid", "Editor Contoh", "/admin/"),
    DemoAccount("Peninjau dinas (Bukittinggi)", "peninjau.bukittinggi@contoh.invalid", "Peninjau Contoh", "/admin/"),
    DemoAccount("Editor dinas (Padang)", "editor.padang@contoh.invalid", "Editor Padang Contoh", "/admin/"),
    DemoAccount(
        "Bendahara (Bukittinggi)", "bendahara.bukittinggi@contoh.invalid", "Bendahara Contoh", "/admin/penerimaan/"
    ),
    DemoAccount("Keuangan provinsi", "keuangan@contoh.invalid", "Keuangan Contoh", "/admin/keuangan/"),
    DemoAccount("Operator provinsi", "provinsi@contoh.invalid", "Operator Contoh", "/admin/"),
)
