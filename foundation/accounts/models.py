"""Accounts: one person, known by a phone number or an e-mail address, whatever they do here."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes accounts; either way to sign in is enough."""

    def create_user(
        self, *, email: str | None = None, phone: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """Make an account that signs in by e-mail or by phone (E.164)."""
        user = self.model(email=self.normalize_email(email).lower() if email else None, phone=phone or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account that may do everything in the Wagtail admin."""
        return self.create_user(email=email, password=password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """An account. The phone number is in E.164 ("+6281234567890")."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True, null=True, blank=True)  # type: ignore[assignment]
    phone = models.CharField(_("phone number"), max_length=20, unique=True, null=True, blank=True)
    phone_confirmed_at = models.DateTimeField(_("phone number confirmed at"), null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(email__isnull=False) | Q(phone__isnull=False), name="user_can_sign_in"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email or self.phone or ""
