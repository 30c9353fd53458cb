"""Words to begin with, from what operators and clouds publish; administrators keep the list."""

from typing import Any

from django.db import migrations

REFUSED = "refused"
RESTRICTED = "restricted"
# Word, effect, what to write instead.
WORDS = (
    ("POS机", REFUSED, "终端"),
    ("刷卡机", RESTRICTED, "终端"),
    ("返现", REFUSED, "退还"),
    ("返利", REFUSED, "退还"),
    ("套现", REFUSED, ""),
    ("刷单", REFUSED, ""),
    ("跑分", REFUSED, ""),
    ("洗钱", RESTRICTED, ""),
    ("贷款", REFUSED, ""),
    ("借款", RESTRICTED, ""),
    ("网贷", REFUSED, ""),
    ("提额", RESTRICTED, "调整限额"),
    ("代还", REFUSED, ""),
    ("养卡", REFUSED, ""),
    ("中奖", REFUSED, ""),
    ("抽奖", RESTRICTED, ""),
    ("红包", REFUSED, "退款"),
    ("优惠券", RESTRICTED, ""),
    ("免费领", RESTRICTED, "可换领"),
    ("代办", REFUSED, ""),
    ("代开", REFUSED, ""),
    ("加微信", REFUSED, "致电客服"),
    ("加QQ", REFUSED, "致电客服"),
    ("微信号", RESTRICTED, "客服电话"),
    ("点击链接", RESTRICTED, "登录商户后台"),
    ("高收益", REFUSED, ""),
    ("投资", RESTRICTED, ""),
    ("理财", REFUSED, ""),
    ("炒股", REFUSED, ""),
    ("博彩", REFUSED, ""),
    ("彩票", REFUSED, ""),
    ("比特币", REFUSED, ""),
    ("发票", RESTRICTED, ""),
    ("最低价", RESTRICTED, ""),
    ("秒批", REFUSED, ""),
)


def add(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("carrier_words", "CarrierWord")
    model.objects.bulk_create(
        model(word=word, effect=effect, instead=instead) for word, effect, instead in WORDS
    )


class Migration(migrations.Migration):

    dependencies = [("carrier_words", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
